import { RLP } from '@ethereumjs/rlp'
import { InvalidBlockError } from './errors.js'

/** RLP of one block, decoded into nested lists of bytes. */
export type RawBlock = readonly unknown[]

/** Larger than any block: EIP-7934 allows 10 MiB, and older blocks are bounded by their gas. */
const maxBlockBytes = 64 * 2 ** 20

/**
 * Splits a file of blocks, one after another, without decoding those that nobody asks for yet.
 * @throws InvalidBlockError where the bytes are no list, or end in the middle of one.
 */
export function* readRlpBlocks(file: Uint8Array): Generator<RawBlock> {
  let offset = 0
  while (offset < file.length) {
    const length = lengthOfList(file, offset)
    yield decode(file.subarray(offset, offset + length), offset)
    offset += length
  }
}

/**
 * Decodes one block.
 * @throws InvalidBlockError where the bytes are not one list and nothing else.
 */
export function readRlpBlock(bytes: Uint8Array): RawBlock {
  const [first, second] = readRlpBlocks(bytes)
  if (first && !second) return first
  throw new InvalidBlockError(`${bytes.length} bytes hold ${first ? 'several blocks' : 'no block'}`)
}

/** Bytes of a block from which its length shows. */
export const blockHeadBytes = 9

function lengthOfList(file: Uint8Array, offset: number): number {
  return lengthOfBlock(file.subarray(offset, offset + blockHeadBytes), offset, file.length)
}

/**
 * Bytes that a block of a file takes.
 * @param head the first of them, as many as there are up to `blockHeadBytes`.
 * @param offset at which it begins.
 * @param size of the file.
 * @throws InvalidBlockError where the bytes are no list, or the file ends within it.
 */
export function lengthOfBlock(head: Uint8Array, offset: number, size: number): number {
  const first = head[0] as number
  if (first < 0xc0) {
    throw new InvalidBlockError(
      `at byte ${offset} the file holds 0x${first.toString(16).padStart(2, '0')}, which begins no RLP list`,
    )
  }
  const length = first <= 0xf7 ? 1 + first - 0xc0 : longLength(head, first - 0xf7)
  if (length > maxBlockBytes) {
    throw new InvalidBlockError(
      `at byte ${offset} begins a block of ${length} bytes, more than ${maxBlockBytes}`,
    )
  }
  if (offset + length > size) {
    throw new InvalidBlockError(
      `the file ends at byte ${size}, in a block that begins at byte ${offset} and has ${length} bytes`,
    )
  }
  return length
}

function longLength(head: Uint8Array, digits: number): number {
  let length = 0
  for (const byte of head.subarray(1, 1 + digits)) length = length * 256 + byte
  return 1 + digits + length
}

function decode(bytes: Uint8Array, offset: number): RawBlock {
  let block: unknown
  try {
    block = RLP.decode(bytes)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InvalidBlockError(`its RLP at byte ${offset} is malformed: ${reason}`, { cause })
  }
  const isBlock = Array.isArray(block) && Array.isArray(block[0]) && block.length >= 3
  if (!isBlock) {
    throw new InvalidBlockError(
      `the list at byte ${offset} is not a header, transactions and uncles`,
    )
  }
  return block as RawBlock
}
