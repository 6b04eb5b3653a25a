import type { Reference, TrieNode } from './node.js'
import type { Root } from './trie.js'

/**
 * Reads tries whole, and what several of them share once: a trie that differs from the one before it in a few entries
 * costs little more than these.
 */
export class TrieWalker<T> {
  private readonly known = new Map<string, readonly T[]>()

  /**
   * @param load the node with a hash.
   * @param read what is told of an entry, given its key in hex.
   */
  constructor(
    private readonly load: (hash: string) => TrieNode,
    private readonly read: (key: string, value: Uint8Array) => T,
  ) {}

  /** What is told of every entry, in the order of their keys. */
  entries(root: Root): readonly T[] {
    return root === undefined ? [] : this.below(root, '')
  }

  /** @param prefix digits of the keys that lead to here. */
  private below(reference: Reference, prefix: string): readonly T[] {
    if (typeof reference !== 'string') return this.within(reference, prefix)
    const place = `${prefix}/${reference}`
    const known = this.known.get(place)
    if (known) return known
    const entries = this.within(this.load(reference), prefix)
    this.known.set(place, entries)
    return entries
  }

  private within(node: TrieNode, prefix: string): readonly T[] {
    if (node.kind === 'leaf') return [this.read(prefix + node.path, node.value)]
    if (node.kind === 'extension') return this.below(node.child, prefix + node.path)
    return node.children.flatMap((child, digit) =>
      child === undefined ? [] : this.below(child, prefix + digit.toString(16)),
    )
  }
}
