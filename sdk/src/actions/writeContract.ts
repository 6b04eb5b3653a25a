import type { Abi, Client, ContractFunctionArgs, ContractFunctionName, Hex } from 'viem'
import { withTypedErrors } from '../errors/node.js'
import type { Observation } from '../observation.js'
import { checkChain, draftWrite, firstObservation, type Write } from '../write/attempt.js'
import { send } from '../write/send.js'

/** The functions that a transaction may call. */
export type Writable = 'nonpayable' | 'payable'

/** Arguments, or how to build them from what was observed. */
type Arguments<
  abi extends Abi | readonly unknown[],
  name extends ContractFunctionName<abi, Writable>,
> =
  | ContractFunctionArgs<abi, Writable, name>
  | ((
      seen: Observation,
    ) =>
      | ContractFunctionArgs<abi, Writable, name>
      | Promise<ContractFunctionArgs<abi, Writable, name>>)

/**
 * Simulates a write on what was just observed, and sends it.
 * @param parameters.args The arguments, or a function that builds them from the observation.
 * @param parameters.observe Address of the `IFeed` to observe first, or a function that observes.
 * @param parameters.observation What the caller saw before, in place of a first look.
 * @param parameters.guard The caller's own bounds, checked before anything is signed.
 * @returns the transaction's hash.
 * @throws StaleTimeError, PriceMovedError and the other errors of guards, feeds and models; WrongChainError, AbortedError,
 * NodeFaultError
 * @example
 * const hash = await writeContract(client, {
 *   address, abi, functionName: 'trade', observe: feed,
 *   args: (seen) => [[observationToWad(seen)], seen],
 * })
 */
export async function writeContract<
  const abi extends Abi | readonly unknown[],
  name extends ContractFunctionName<abi, Writable>,
>(client: Client, parameters: writeContract.Parameters<abi, name>): Promise<Hex> {
  const write = parameters as unknown as Write
  const chain = checkChain(client, write)
  const seen = await firstObservation(client, write, chain)
  const draft = await draftWrite(client, write, { seen, chain })
  return withTypedErrors(() => send(client, draft, write.signal))
}

export declare namespace writeContract {
  type Parameters<
    abi extends Abi | readonly unknown[] = Abi,
    name extends ContractFunctionName<abi, Writable> = ContractFunctionName<abi, Writable>,
  > = Omit<Write, 'abi' | 'functionName' | 'args'> & {
    readonly abi: abi
    readonly functionName: name | ContractFunctionName<abi, Writable>
  } & (readonly [] extends ContractFunctionArgs<abi, Writable, name>
      ? { readonly args?: Arguments<abi, name> | undefined }
      : { readonly args: Arguments<abi, name> })
  type ReturnType = Hex
}
