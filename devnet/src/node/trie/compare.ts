import { branchWidth, type Reference, type TrieNode } from './node.js'
import type { Root } from './trie.js'

/** A key under which two tries differ, in hex, and its value in each that has one. */
export interface TrieDifference {
  readonly key: string
  readonly before: Uint8Array | undefined
  readonly after: Uint8Array | undefined
}

/**
 * Where two tries differ, in the order of their keys. What they share is not read.
 * @param load the node with a hash.
 */
export function* compareTries(
  load: (hash: string) => TrieNode,
  before: Root,
  after: Root,
  prefix = '',
): Generator<TrieDifference> {
  if (before === after) return
  const [left, right] = [loaded(load, before), loaded(load, after)]
  const [leftValue, rightValue] = [endOf(left), endOf(right)]
  if (leftValue || rightValue) {
    if (!isSame(leftValue, rightValue)) {
      yield { key: prefix, before: leftValue, after: rightValue }
    }
    return
  }
  for (let digit = 0; digit < branchWidth; digit++) {
    const below = prefix + digit.toString(16)
    yield* compareTries(load, childOf(left, digit), childOf(right, digit), below)
  }
}

function loaded(load: (hash: string) => TrieNode, root: Root): TrieNode | undefined {
  return typeof root === 'string' ? load(root) : root
}

/** The value of a node that stands at the end of its key. */
function endOf(node: TrieNode | undefined): Uint8Array | undefined {
  return node?.kind === 'leaf' && node.path === '' ? node.value : undefined
}

/** What is below a node by the next digit of the key. */
function childOf(node: TrieNode | undefined, digit: number): Reference | undefined {
  if (!node) return undefined
  if (node.kind === 'branch') return node.children[digit]
  if (Number.parseInt(node.path.charAt(0), 16) !== digit) return undefined
  const path = node.path.slice(1)
  if (node.kind === 'leaf') return { kind: 'leaf', path, value: node.value }
  return path === '' ? node.child : { kind: 'extension', path, child: node.child }
}

function isSame(a: Uint8Array | undefined, b: Uint8Array | undefined): boolean {
  return a !== undefined && b !== undefined && Buffer.compare(a, b) === 0
}
