import { MerklePatriciaTrie } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import { bytesToUnprefixedHex, hexToBytes } from '@ethereumjs/util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { listRoot } from './list.js'
import { decodeNode, type TrieNode } from './node.js'
import { find, insert, type NodeStore, type Root, remove, rootOf, settle } from './trie.js'

/** Keeps rows alone: every node is read from its row, so nothing rests on objects that stay in memory. */
function rowStore(): NodeStore & { readonly rows: Map<string, Uint8Array> } {
  const rows = new Map<string, Uint8Array>()
  return {
    rows,
    load(hash): TrieNode {
      const row = rows.get(hash)
      if (!row) throw new Error(`There is no row ${hash}.`)
      return decodeNode(row)
    },
    keep: (hash, _, row) => void rows.set(hash, row),
  }
}

// Few digits and short keys, so that keys share paths and nodes are small enough to stand in one another.
const key = fc
  .array(fc.constantFrom('0', '1', 'f'), { minLength: 6, maxLength: 6 })
  .map((digits) => digits.join(''))
const value = fc.oneof(
  fc.uint8Array({ minLength: 1, maxLength: 3 }),
  fc.uint8Array({ minLength: 40, maxLength: 80 }),
)
const change = fc.record({
  key,
  value: fc.option(value, { nil: undefined }),
  settles: fc.boolean(),
})

describe('trie', () => {
  test('has the root of EthereumJS’s after every change, from rows alone', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(change, { maxLength: 60, size: 'max' }), async (changes) => {
        const store = rowStore()
        const reference = new MerklePatriciaTrie()
        let root: Root
        for (const { key, value, settles } of changes) {
          root = value ? insert(store, root, key, value) : remove(store, root, key)
          if (value) await reference.put(hexToBytes(`0x${key}`), value)
          else await reference.del(hexToBytes(`0x${key}`))
          if (!settles) continue
          const settled = settle(store, root)
          expect(bytesToUnprefixedHex(settled.hash)).toBe(bytesToUnprefixedHex(reference.root()))
          root = rootOf(settled.hash)
        }
        expect(settle(store, root).hash).toEqual(reference.root())
      }),
      { numRuns: 100 },
    )
  })

  test('gives what was put last, in every version of it', () => {
    fc.assert(
      fc.property(fc.array(change, { maxLength: 60, size: 'max' }), (changes) => {
        const store = rowStore()
        const versions: { root: Root; model: ReadonlyMap<string, Uint8Array> }[] = []
        let root: Root
        let model = new Map<string, Uint8Array>()
        for (const { key, value, settles } of changes) {
          root = value ? insert(store, root, key, value) : remove(store, root, key)
          model = new Map(model)
          if (value) model.set(key, value)
          else model.delete(key)
          if (settles) root = settle(store, root).root
          versions.push({ root, model })
        }
        for (const { root, model } of versions) {
          for (const { key } of changes) expect(find(store, root, key)).toEqual(model.get(key))
        }
      }),
    )
  })

  test('a key that is not there leaves the trie as it is', () => {
    const store = rowStore()
    const root = insert(store, undefined, '01', Uint8Array.of(1))
    expect(remove(store, root, '02')).toBe(root)
    expect(remove(store, root, '01')).toBe(undefined)
  })
})

test('a list has the root that block headers have', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(value, { maxLength: 300, size: 'max' }), async (entries) => {
      const reference = new MerklePatriciaTrie()
      for (const [index, entry] of entries.entries()) {
        await reference.put(RLP.encode(index), entry)
      }
      expect(listRoot(entries)).toEqual(reference.root())
    }),
    { numRuns: 20 },
  )
})

test.each([0xff, 0x100, 0xffff, 0x1_0000, 0xff_ffff, 0x100_0000])(
  'a list has that root with an entry of %i bytes, too',
  async (bytes) => {
    const entry = new Uint8Array(bytes).fill(7)
    const reference = new MerklePatriciaTrie()
    await reference.put(RLP.encode(0), entry)
    expect(listRoot([entry])).toEqual(reference.root())
  },
)
