import {
  type Address,
  type BlockTag,
  type Client,
  type Hex,
  hexToBigInt,
  hexToNumber,
  numberToHex,
} from 'viem'
import { BaseError } from '../errors/base.js'
import { type RpcInference, requestLockstep } from '../rpc.js'

/** One inference that a transaction made, reverted frames included. */
export interface Inference {
  readonly model: Hex
  readonly method: 'infer' | 'inferTensors'
  readonly inputHash: Hex
  readonly outputHash: Hex
  readonly gasUsed: bigint
  /** False when the model ran but its answer could not be given: a non-finite output. */
  readonly success: boolean
  readonly transactionHash: Hex | null
  readonly transactionIndex: number
  /** Order within the transaction. */
  readonly callIndex: number
  /** Call depth: 0 for a transaction sent to the precompile itself. */
  readonly depth: number
  readonly caller: Address
  readonly blockNumber: bigint
}

/** The node knows no mined transaction or block of that name. */
export class InferencesNotFoundError extends BaseError {
  override readonly name = 'InferencesNotFoundError'

  constructor(target: string) {
    super(`No mined transaction or block answers to ${target}.`, {
      remedy: 'Wait for the receipt, then ask again.',
    })
  }
}

/**
 * Lists the inferences of a mined transaction or of a block, in the order in which they ran.
 * @param parameters `hash` of a transaction, or `blockHash`, `blockNumber` or `blockTag`; default the latest block.
 * @throws InferencesNotFoundError
 * @example
 * const [{ model, gasUsed }] = await getInferences(client, { hash })
 */
export async function getInferences(
  client: Client,
  parameters: getInferences.Parameters = {},
): Promise<getInferences.ReturnType> {
  const target = targetOf(parameters)
  const inferences = await requestLockstep(client, 'lockstep_getInferences', [target])
  if (inferences === null) throw new InferencesNotFoundError(target)
  return inferences.map(toInference)
}

export declare namespace getInferences {
  type Parameters = {
    readonly hash?: Hex
    readonly blockHash?: Hex
    readonly blockNumber?: bigint
    readonly blockTag?: BlockTag
  }
  type ReturnType = readonly Inference[]
}

function targetOf({
  hash,
  blockHash,
  blockNumber,
  blockTag = 'latest',
}: getInferences.Parameters): string {
  return hash ?? blockHash ?? (blockNumber === undefined ? blockTag : numberToHex(blockNumber))
}

function toInference({
  gasUsed,
  transactionIndex,
  callIndex,
  depth,
  blockNumber,
  ...rest
}: RpcInference): Inference {
  return {
    ...rest,
    gasUsed: hexToBigInt(gasUsed),
    transactionIndex: hexToNumber(transactionIndex),
    callIndex: hexToNumber(callIndex),
    depth: hexToNumber(depth),
    blockNumber: hexToBigInt(blockNumber),
  }
}
