import { bytesToHex, concatBytes } from '@noble/hashes/utils'
import type { InferenceRecord } from '../precompile.js'
import { type Hex, keccak256, toBytes32 } from './hash.js'
import { keccak } from './keccak.js'

/** Where in a block an inference was made. */
export interface InferencePosition {
  readonly transactionIndex: number
  /** Order within the transaction, reverted frames included. */
  readonly callIndex: number
}

// The first byte tells leaves from inner nodes, so that no inner node can be shown as a leaf.
const LEAF = 0
const NODE = 1
const METHODS = { infer: 0, inferTensors: 1 } as const

/**
 * Commitment to one inference of a block:
 * `keccak256(0x00 ‖ u32 transactionIndex ‖ u32 callIndex ‖ u8 method ‖ u8 success ‖ u64 gasUsed ‖ model ‖ inputHash ‖
 * outputHash)`, integers big-endian, `method` 0 for `infer` and 1 for `inferTensors`, `success` 0 or 1.
 */
export function inferenceLeaf(record: InferenceRecord & InferencePosition): Hex {
  const head = new DataView(new ArrayBuffer(19))
  head.setUint8(0, LEAF)
  head.setUint32(1, record.transactionIndex)
  head.setUint32(5, record.callIndex)
  head.setUint8(9, METHODS[record.method])
  head.setUint8(10, record.success ? 1 : 0)
  head.setBigUint64(11, record.gasUsed)
  return keccak256(
    concatBytes(
      new Uint8Array(head.buffer),
      toBytes32(record.model),
      toBytes32(record.inputHash),
      toBytes32(record.outputHash),
    ),
  )
}

/**
 * Root of a block's inferences: a binary tree over the leaves in execution order, whose nodes are
 * `keccak256(0x01 ‖ left ‖ right)`. The last node of an odd level moves up as it is.
 * @param leaves - From `inferenceLeaf`, ordered by transaction and call.
 * @returns undefined for a block without inferences, whose `extraData` stays empty.
 */
export function inferenceRoot(leaves: readonly Hex[]): Hex | undefined {
  if (leaves.length === 0) return undefined
  let level = leaves.map(toBytes32)
  while (level.length > 1) level = parents(level)
  return `0x${bytesToHex(level[0] as Uint8Array)}`
}

function parents(level: readonly Uint8Array[]): Uint8Array[] {
  const next: Uint8Array[] = []
  for (let i = 0; i < level.length; i += 2) {
    const left = level[i] as Uint8Array
    const right = level[i + 1]
    next.push(right ? keccak(concatBytes(Uint8Array.of(NODE), left, right)) : left)
  }
  return next
}
