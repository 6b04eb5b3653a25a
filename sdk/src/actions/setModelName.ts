import type { Account, Address, Client, Hex } from 'viem'
import { writeContract } from 'viem/actions'
import { modelRegistryAbi } from '../abis.js'
import { modelRegistryAddressOf } from '../contract.js'
import { withTypedErrors } from '../errors/node.js'
import { toModelName } from '../modelName.js'
import { checkSuccess, simulateWrite, type WaitOptions, waitForReceipt } from '../write.js'

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
  const { name, model, account = client.account } = parameters
  const request = {
    address: modelRegistryAddressOf(client),
    abi: modelRegistryAbi,
    functionName: 'setName',
    args: [toModelName(name), model],
    account,
    chain: client.chain,
  } as const
  return withTypedErrors(async () => {
    await simulateWrite(client, request)
    return writeContract(client, request as never)
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
