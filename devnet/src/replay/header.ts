import { RLP } from '@ethereumjs/rlp'
import { bytesToBigInt, bytesToHex } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import type { Hex } from '../node/node.js'

const parentField = 0
const numberField = 8

/** What tells a block from others. */
export interface HeaderFacts {
  readonly number: bigint
  readonly hash: Hex
  readonly parentHash: Hex
}

/** Reads the header of a block, without holding it to any rules. @throws Error for bytes that are no block */
export function headerOf(block: Uint8Array): HeaderFacts {
  const [header] = RLP.decode(block) as unknown as [Uint8Array[]]
  const number = header[numberField]
  return {
    number: number?.length ? bytesToBigInt(number) : 0n,
    hash: bytesToHex(keccak(RLP.encode(header))),
    parentHash: bytesToHex(header[parentField] as Uint8Array),
  }
}
