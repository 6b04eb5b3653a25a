import type { Account, Address, Client, Hex, TransactionReceipt } from 'viem'
import { readContract } from 'viem/actions'
import { modelRegistryAbi } from '../abis.js'
import { modelRegistryAddressOf, readTyped } from '../contract.js'
import { toModelName } from '../modelName.js'
import { checkSuccess } from '../write/outcome.js'
import { type WaitOptions, waitForReceipt } from '../write/receipt.js'
import { setModelNameSync } from './setModelName.js'
import { uploadModel } from './uploadModel.js'
import { writeContract } from './writeContract.js'

/**
 * Uploads a model to the node and sends its registration.
 * @param parameters.bytes The ONNX file.
 * @param parameters.onProgress Told of the bytes uploaded so far.
 * @returns the model's id, and the hash of the registration; undefined where the chain already lists the model.
 * @throws NodeFaultError, ModelRefusedError
 * @example
 * const { id, hash } = await deployModel(client, { bytes: await readFile('volatility.onnx') })
 */
export async function deployModel(
  client: Client,
  parameters: deployModel.Parameters,
): Promise<deployModel.ReturnType> {
  const id = await uploadModel(client, parameters)
  const registry = { address: modelRegistryAddressOf(client), abi: modelRegistryAbi } as const
  const listed = await readTyped(() =>
    readContract(client, { ...registry, functionName: 'isRegistered', args: [id] }),
  )
  if (listed) return { id, hash: undefined }
  const { account } = parameters
  const hash = await writeContract(client, {
    ...registry,
    functionName: 'register',
    args: [id],
    account,
  })
  return { id, hash }
}

export declare namespace deployModel {
  type Parameters = uploadModel.Parameters & { readonly account?: Account | Address | undefined }
  type ReturnType = { readonly id: Hex; readonly hash: Hex | undefined }
}

/**
 * As `deployModel`, and waits until the chain lists the model.
 * @param parameters.name A name of the sender's to point at the model.
 * @returns the model's id, and the receipt of the registration where one was needed.
 * @throws NodeFaultError, ModelRefusedError, InvalidModelNameError, TransactionRevertedError
 * @example
 * const { id } = await deployModelSync(client, { bytes, name: 'volatility-v1' })
 */
export async function deployModelSync(
  client: Client,
  parameters: deployModelSync.Parameters,
): Promise<deployModelSync.ReturnType> {
  const { name, account } = parameters
  // A name that the registry cannot hold is refused before anything is uploaded.
  if (name !== undefined) toModelName(name)
  const { id, hash } = await deployModel(client, parameters)
  const receipt = hash && checkSuccess(await waitForReceipt(client, hash, parameters))
  if (name !== undefined) await setModelNameSync(client, { name, model: id, account })
  return { id, receipt }
}

export declare namespace deployModelSync {
  type Parameters = deployModel.Parameters & WaitOptions & { readonly name?: string | undefined }
  type ReturnType = { readonly id: Hex; readonly receipt: TransactionReceipt | undefined }
}
