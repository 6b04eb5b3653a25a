import { LRUCache } from 'lru-cache'
import type { StateReader } from '../database.js'
import { ObservedState } from '../fork/observedState.js'
import type { ForkedState } from '../fork/remoteState.js'
import type { TrieNode } from '../trie/node.js'

/** What is told of everything that is read through a view. */
export interface ReadObserver {
  /** The address or slot that is looked up. */
  key(key: Uint8Array): void
  /** The height of a block whose hash is asked for. */
  ancestor(number: bigint): void
  /** The database to read from in the place of another. */
  over(base: StateReader): StateReader
  /** The forked chain's state to read from in the place of another. */
  overForked(base: ForkedState): ForkedState
}

/** Keeps everything that is read through a view, each once, in the order in which it was read first. */
export class ReadRecorder implements ReadObserver {
  /** Trie nodes, and codes behind a letter, by their hash. */
  readonly rows = new Map<string, Uint8Array>()
  /** Addresses and slots, by their bytes. */
  readonly keys = new Map<string, Uint8Array>()
  /** Blocks whose hashes were asked for. */
  readonly ancestors = new Set<bigint>()
  /** What was read of a forked chain, where the chain is a fork. */
  forked: ObservedState | undefined

  key(key: Uint8Array): void {
    const name = Buffer.from(key).toString('latin1')
    if (!this.keys.has(name)) this.keys.set(name, key)
  }

  ancestor(number: bigint): void {
    this.ancestors.add(number)
  }

  /** The lowest block whose hash was asked for. */
  get lowestAncestor(): bigint | undefined {
    return [...this.ancestors].reduce<bigint | undefined>(
      (lowest, number) => (lowest === undefined || number < lowest ? number : lowest),
      undefined,
    )
  }

  overForked(base: ForkedState): ForkedState {
    this.forked ??= new ObservedState(base)
    return this.forked
  }

  /** What the base has at hand already is read from it all the same: caches of its own are empty. */
  over(base: StateReader): StateReader {
    return {
      read: (key) => {
        const row = base.read(key)
        if (row) this.rows.set(key, row)
        return row
      },
      nodes: new LRUCache<string, TrieNode>({ max: 8192 }),
      codes: new LRUCache<string, Uint8Array>({ max: 1024 }),
    }
  }
}
