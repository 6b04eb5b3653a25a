import type { Account, Address, Client, Hex } from 'viem'
import { modelRegistryAbi } from '../abis.js'
import { modelRegistryAddressOf } from '../contract.js'
import { toModelName } from '../modelName.js'
import { checkSuccess } from '../write/outcome.js'
import { type WaitOptions, waitForReceipt } from '../write/receipt.js'
import { writeContract } from './writeContract.js'

/**
 * Points a name of the sender's at a registered model; contracts that hold the id do not notice.
 * @param parameters.name The name, such as `volatility-v1`.
 * @param parameters.model Id of a registered model.
 * @returns the transaction's hash.
 * @throws ModelNotFoundError, InvalidModelNameError
 */
export async function setModelName(
  client: Client,
  parameters: setModelName.Parameters,
): Promise<Hex> {
  const { name, model, account } = parameters
  return writeContract(client, {
    address: modelRegistryAddressOf(client),
    abi: modelRegistryAbi,
    functionName: 'setName',
    args: [toModelName(name), model],
    account,
  })
}

export declare namespace setModelName {
  type Parameters = {
    readonly name: string
    readonly model: Hex
    readonly account?: Account | Address | undefined
  }
}

/** As `setModelName`, and waits for the receipt. */
export async function setModelNameSync(
  client: Client,
  parameters: setModelName.Parameters & WaitOptions,
) {
  const hash = await setModelName(client, parameters)
  return checkSuccess(await waitForReceipt(client, hash, parameters))
}
