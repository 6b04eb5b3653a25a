import { bytesToHex, KECCAK256_RLP_S } from '@ethereumjs/util'
import type { Hex, Node } from '../node/node.js'
import {
  address,
  bytes32,
  type Codec,
  either,
  hash,
  record,
  slot,
  strictObject,
  uint64,
} from './codec.js'
import { ErrorCode, RpcError } from './errors.js'

const fields = strictObject({
  knownAccounts: record(
    address,
    either<Hex, Record<Hex, Hex>>(
      'a storage root, or an object of slots',
      hash,
      record(slot, bytes32),
    ),
  ),
  blockNumberMin: uint64,
  blockNumberMax: uint64,
  timestampMin: uint64,
  timestampMax: uint64,
})

/** What must hold for a transaction to be taken. */
export type Conditions = ReturnType<typeof fields>
export const conditions: Codec<Conditions> = fields

/** Thrown when the chain is not as the sender of a transaction demands. */
export class ConditionError extends RpcError {
  override readonly name = 'ConditionError'

  constructor(what: string) {
    super(ErrorCode.transactionRejected, `transaction conditional failed: ${what}`)
  }
}

/** Checks conditions at the head. @throws ConditionError */
export async function checkConditions(node: Node, wanted: Conditions): Promise<void> {
  const { number, timestamp } = node.head.block.header
  checkRange('block number', number, wanted.blockNumberMin, wanted.blockNumberMax)
  checkRange('block timestamp', timestamp, wanted.timestampMin, wanted.timestampMax)
  const state = await node.state('latest')
  for (const [owner, expected] of Object.entries(wanted.knownAccounts ?? {}) as [
    Hex,
    Hex | Record<Hex, Hex>,
  ][]) {
    if (typeof expected === 'string') {
      const root = (await state.account(owner))?.storageRoot
      const actual = root ? bytesToHex(root) : KECCAK256_RLP_S
      if (actual !== expected) throw new ConditionError(`storage root of ${owner} is ${actual}`)
      continue
    }
    for (const [position, value] of Object.entries(expected) as [Hex, Hex][]) {
      const actual = await state.storage(owner, position)
      if (actual !== value) throw new ConditionError(`slot ${position} of ${owner} is ${actual}`)
    }
  }
}

function checkRange(what: string, actual: bigint, min = 0n, max = actual): void {
  if (actual < min) throw new ConditionError(`${what} ${actual} is below ${min}`)
  if (actual > max) throw new ConditionError(`${what} ${actual} is above ${max}`)
}
