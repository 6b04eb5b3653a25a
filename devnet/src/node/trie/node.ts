import { RLP } from '@ethereumjs/rlp'
import { bytesToUnprefixedHex } from '@ethereumjs/util'

/**
 * What stands for a node in the one above it: the hash, in hex, of one that has a row of its own, or the node itself,
 * where it is new or too small for a row.
 */
export type Reference = string | TrieNode

/** The rest of a key, in hex digits, and the value under it. */
export interface Leaf {
  readonly kind: 'leaf'
  readonly path: string
  readonly value: Uint8Array
}

/** Hex digits that all the keys below have in common. */
export interface Extension {
  readonly kind: 'extension'
  readonly path: string
  child: Reference
}

/** What is below, by the next hex digit. No key of a trie here starts another, so a branch has no value itself. */
export interface Branch {
  readonly kind: 'branch'
  readonly children: (Reference | undefined)[]
}

/** A node of a Merkle Patricia trie. Nodes never change, but that a child may be replaced by its hash. */
export type TrieNode = Leaf | Extension | Branch

export const branchWidth = 16

/** Marks of a path's first byte: an odd number of digits, and the end of a key. */
const oddMark = 1
const leafMark = 2

type Item = Uint8Array | Item[]

/** Reads a node from its row. */
export function decodeNode(row: Uint8Array): TrieNode {
  return fromItems(RLP.decode(row) as Item[])
}

function fromItems(items: Item[]): TrieNode {
  if (items.length > 2) {
    return { kind: 'branch', children: items.slice(0, branchWidth).map(toReference) }
  }
  const [encodedPath, content] = items as [Uint8Array, Item]
  const digits = bytesToUnprefixedHex(encodedPath)
  const marks = Number.parseInt(digits.charAt(0), 16)
  const path = digits.slice(marks & oddMark ? 1 : 2)
  if (marks & leafMark) return { kind: 'leaf', path, value: content as Uint8Array }
  return { kind: 'extension', path, child: toReference(content) as Reference }
}

function toReference(item: Item): Reference | undefined {
  if (Array.isArray(item)) return fromItems(item)
  return item.length === 0 ? undefined : bytesToUnprefixedHex(item)
}

/** The bytes of a node, whose children are settled: hashes, or nodes too small for a row. */
export function encodeNode(node: TrieNode): Uint8Array {
  if (node.kind === 'leaf')
    return list([string(pathBytes(node.path, leafMark)), string(node.value)])
  if (node.kind === 'extension') {
    return list([string(pathBytes(node.path, 0)), referenceBytes(node.child)])
  }
  return list([...node.children.map(referenceBytes), emptyString])
}

const emptyString = Buffer.of(0x80)
const hashBytes = 32

function referenceBytes(reference: Reference | undefined): Uint8Array {
  if (reference === undefined) return emptyString
  if (typeof reference !== 'string') return encodeNode(reference)
  const bytes = Buffer.allocUnsafe(1 + hashBytes)
  bytes[0] = 0x80 + hashBytes
  bytes.write(reference, 1, 'hex')
  return bytes
}

/** Two digits a byte, behind marks. */
function pathBytes(path: string, mark: number): Buffer {
  const isOdd = path.length % 2 === 1
  return Buffer.from(`${isOdd ? mark + oddMark : `${mark}0`}${path}`, 'hex')
}

/** Lengths up to this stand in the first byte itself (RLP). */
const shortLength = 55

function string(bytes: Uint8Array): Buffer {
  const [first] = bytes
  if (bytes.length === 1 && first !== undefined && first < 0x80) return Buffer.of(first)
  return Buffer.concat([lengthBytes(bytes.length, 0x80), bytes])
}

function list(items: Uint8Array[]): Uint8Array {
  const length = items.reduce((total, item) => total + item.length, 0)
  const head = lengthBytes(length, 0xc0)
  // Rows are kept for long: they may not hold on to the memory that short-lived buffers share.
  const bytes = new Uint8Array(head.length + length)
  bytes.set(head)
  let end = head.length
  for (const item of items) {
    bytes.set(item, end)
    end += item.length
  }
  return bytes
}

function lengthBytes(length: number, offset: number): Buffer {
  if (length <= shortLength) return Buffer.of(offset + length)
  const size = Math.ceil((32 - Math.clz32(length)) / 8)
  const bytes = Buffer.alloc(1 + size)
  bytes[0] = offset + shortLength + size
  bytes.writeUIntBE(length, 1, size)
  return bytes
}
