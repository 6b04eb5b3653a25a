import { bytesToUnprefixedHex, hexToBytes, KECCAK256_RLP } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import { type Branch, branchWidth, encodeNode, type Reference, type TrieNode } from './node.js'

/** Where the nodes of tries are. */
export interface NodeStore {
  /** @throws MissingNodeError */
  load(hash: string): TrieNode
  /** Keeps a new node under its hash. */
  keep(hash: string, node: TrieNode, row: Uint8Array): void
}

/** A trie as it stands; undefined where it is empty. Tries never change: whoever keeps a root keeps the whole. */
export type Root = Reference | undefined

/** Bytes from which a node has a row of its own; a smaller one stands in the node above it. */
const leastRow = 32

/** The value under a key of hex digits. */
export function find(store: NodeStore, root: Root, key: string): Uint8Array | undefined {
  let at = root
  for (let depth = 0; at !== undefined; ) {
    const node: TrieNode = load(store, at)
    if (node.kind === 'branch') at = node.children[digitAt(key, depth++)]
    else if (!key.startsWith(node.path, depth)) return undefined
    else if (node.kind === 'leaf') return node.value
    else {
      depth += node.path.length
      at = node.child
    }
  }
  return undefined
}

/** The trie with a value under a key. No key may start another. */
export function insert(store: NodeStore, root: Root, key: string, value: Uint8Array): TrieNode {
  if (root === undefined) return { kind: 'leaf', path: key, value }
  const node = load(store, root)
  if (node.kind === 'branch') {
    const digit = digitAt(key, 0)
    return replaced(node, digit, insert(store, node.children[digit], key.slice(1), value))
  }
  const shared = sharedLength(node.path, key)
  if (shared < node.path.length) return parted(node, shared, key, value)
  if (node.kind === 'leaf') return { kind: 'leaf', path: key, value }
  const child = insert(store, node.child, key.slice(shared), value)
  return { kind: 'extension', path: node.path, child }
}

/** The trie without a key: the same one where it has none. */
export function remove(store: NodeStore, root: Root, key: string): Root {
  if (root === undefined) return undefined
  const node = load(store, root)
  if (node.kind === 'leaf') return node.path === key ? undefined : root
  if (node.kind === 'extension') {
    if (!key.startsWith(node.path)) return root
    const child = remove(store, node.child, key.slice(node.path.length))
    if (child === node.child) return root
    return child === undefined ? undefined : prefixed(store, node.path, child)
  }
  const digit = digitAt(key, 0)
  const child = remove(store, node.children[digit], key.slice(1))
  if (child === node.children[digit]) return root
  const rest = replaced(node, digit, child)
  const [only, ...others] = rest.children.flatMap((entry, index) =>
    entry === undefined ? [] : [{ entry, index }],
  )
  return only && others.length === 0 ? prefixed(store, only.index.toString(16), only.entry) : rest
}

/**
 * Hashes what is new in a trie, once, however often it changed, and keeps it.
 * @returns the root as it stands now, and its hash.
 */
export function settle(store: NodeStore, root: Root): { root: Root; hash: Uint8Array } {
  if (root === undefined) return { root, hash: KECCAK256_RLP }
  if (typeof root === 'string') return { root, hash: hexToBytes(`0x${root}`) }
  settleChildren(store, root)
  const row = encodeNode(root)
  const hash = keccak(row)
  const reference = bytesToUnprefixedHex(hash)
  store.keep(reference, root, row)
  return { root: reference, hash }
}

/** The trie whose root has this hash. */
export function rootOf(hash: Uint8Array): Root {
  const reference = bytesToUnprefixedHex(hash)
  return reference === emptyRoot ? undefined : reference
}

const emptyRoot = bytesToUnprefixedHex(KECCAK256_RLP)

function settleChildren(store: NodeStore, node: TrieNode): void {
  if (node.kind === 'extension') node.child = settled(store, node.child)
  if (node.kind !== 'branch') return
  for (const [digit, child] of node.children.entries()) {
    if (child !== undefined && typeof child !== 'string')
      node.children[digit] = settled(store, child)
  }
}

function settled(store: NodeStore, child: Reference): Reference {
  if (typeof child === 'string') return child
  settleChildren(store, child)
  const row = encodeNode(child)
  if (row.length < leastRow) return child
  const hash = bytesToUnprefixedHex(keccak(row))
  store.keep(hash, child, row)
  return hash
}

function load(store: NodeStore, reference: Reference): TrieNode {
  return typeof reference === 'string' ? store.load(reference) : reference
}

function replaced({ children }: Branch, digit: number, child: Reference | undefined): Branch {
  const copy = children.slice()
  copy[digit] = child
  return { kind: 'branch', children: copy }
}

/** A node whose path goes another way than a key, after some digits that they share, and the key's value beside it. */
function parted(
  node: Exclude<TrieNode, Branch>,
  shared: number,
  key: string,
  value: Uint8Array,
): TrieNode {
  const children = new Array<Reference | undefined>(branchWidth).fill(undefined)
  const rest = node.path.slice(shared + 1)
  const isBare = node.kind === 'extension' && rest === ''
  children[digitAt(node.path, shared)] = isBare ? node.child : { ...node, path: rest }
  children[digitAt(key, shared)] = { kind: 'leaf', path: key.slice(shared + 1), value }
  const branch: Branch = { kind: 'branch', children }
  if (shared === 0) return branch
  return { kind: 'extension', path: key.slice(0, shared), child: branch }
}

/** A node behind digits that lead to it alone. */
function prefixed(store: NodeStore, path: string, child: Reference): TrieNode {
  const node = load(store, child)
  if (node.kind === 'branch') return { kind: 'extension', path, child }
  return { ...node, path: path + node.path }
}

function sharedLength(a: string, b: string): number {
  let length = 0
  while (length < a.length && a.charCodeAt(length) === b.charCodeAt(length)) length++
  return length
}

function digitAt(key: string, index: number): number {
  const code = key.charCodeAt(index)
  return code < 0x3a ? code - 0x30 : code - 0x57
}
