import { bytesToUnprefixedHex } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import { describe, expect, test } from 'vitest'
import { decodeNode, type TrieNode } from './node.js'
import { insert, type NodeStore, type Root, rootOf, settle } from './trie.js'
import { TrieWalker } from './walker.js'

/** Rows in memory, and how many of them were read. */
function countingStore() {
  const rows = new Map<string, Uint8Array>()
  const store: NodeStore & { loads: number } = {
    loads: 0,
    load(hash): TrieNode {
      store.loads++
      const row = rows.get(hash)
      if (!row) throw new Error(`There is no row ${hash}.`)
      return decodeNode(row)
    },
    keep: (hash, _, row) => void rows.set(hash, row),
  }
  return store
}

const keyOf = (index: number) => bytesToUnprefixedHex(keccak(Uint8Array.of(index >> 8, index)))

function filled(store: NodeStore, count: number): Uint8Array {
  let root: Root
  for (let index = 0; index < count; index++) {
    root = insert(store, root, keyOf(index), Uint8Array.of(index >> 8, index))
  }
  return settle(store, root).hash
}

describe('a walker', () => {
  test('gives every entry once, in the order of the keys', () => {
    const store = countingStore()
    const hash = filled(store, 1_000)
    const walker = new TrieWalker(store.load, (key, value) => [key, bytesToUnprefixedHex(value)])
    const expected = Array.from({ length: 1_000 }, (_, index) => [
      keyOf(index),
      index.toString(16).padStart(4, '0'),
    ]).sort()
    expect(walker.entries(rootOf(hash))).toEqual(expected)
    expect(walker.entries(undefined)).toEqual([])
  })

  test('reads what a trie shares with one before it no second time', () => {
    const store = countingStore()
    const walker = new TrieWalker(store.load, (_, value) => value[1])
    const hash = filled(store, 1_000)
    walker.entries(rootOf(hash))
    const next = settle(store, insert(store, rootOf(hash), keyOf(7), Uint8Array.of(9, 99))).hash
    store.loads = 0
    const values = walker.entries(rootOf(next))
    expect(values).toHaveLength(1_000)
    expect(values).toContain(99)
    expect(store.loads).toBeLessThan(10)
  })
})
