import { RLP } from '@ethereumjs/rlp'
import { bytesToUnprefixedHex } from '@ethereumjs/util'
import type { TrieNode } from './node.js'
import { insert, type NodeStore, type Root, settle } from './trie.js'

/** Root of the trie of a list, each entry under the RLP of its place: transactions, receipts, withdrawals. */
export function listRoot(entries: readonly Uint8Array[]): Uint8Array {
  let root: Root
  for (const [index, entry] of entries.entries()) {
    root = insert(passing, root, bytesToUnprefixedHex(RLP.encode(index)), entry)
  }
  return settle(passing, root).hash
}

/** Keeps nothing: nobody asks a list for its entries by their trie. */
const passing: NodeStore = {
  load(hash): TrieNode {
    throw new RangeError(`A new trie has no node ${hash} elsewhere.`)
  },
  keep() {},
}
