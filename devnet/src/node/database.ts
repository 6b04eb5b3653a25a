import type { BatchDBOp, DB } from '@ethereumjs/util'
import { LRUCache } from 'lru-cache'
import { keyOf } from './storage/keys.js'
import type { Row, Store } from './storage/store.js'
import type { TrieNode } from './trie/node.js'

/** Trie nodes and code by hash. What is stored under a key never changes, so states share it freely. */
export type StateDatabase = DB<string, Uint8Array>

/** The part of a database that a state is read from. */
export interface StateReader {
  /** @throws CorruptStoreError */
  read(key: string): Uint8Array | undefined
  /** Trie nodes by hash, decoded, some of those that were read or written here. */
  readonly nodes: LRUCache<string, TrieNode>
  /** Codes by hash, some of those that were read or written here. */
  readonly codes: LRUCache<string, Uint8Array>
}

/** Trie nodes, and bytes of code, that are kept at hand. */
const cachedNodes = 8192
const cachedCodeBytes = 8 * 1024 * 1024

/** Every state that the chain has had. */
export class StateStore implements StateReader {
  readonly nodes = new LRUCache<string, TrieNode>({ max: cachedNodes })
  readonly codes = new LRUCache<string, Uint8Array>({
    maxSize: cachedCodeBytes,
    sizeCalculation: (code) => code.length + 64,
  })

  constructor(private readonly store: Store) {}

  read(key: string): Uint8Array | undefined {
    return this.store.get(keyOf.state(key))
  }
}

/** Reads through to a base database and keeps writes to itself, until somebody takes or forgets them. */
export class OverlayDatabase implements StateDatabase, StateReader {
  readonly nodes: LRUCache<string, TrieNode>
  readonly codes: LRUCache<string, Uint8Array>
  private readonly entries = new Map<string, Uint8Array>()

  constructor(private readonly base: StateReader) {
    this.nodes = base.nodes
    this.codes = base.codes
  }

  read(key: string): Uint8Array | undefined {
    return this.entries.get(key) ?? this.base.read(key)
  }

  write(key: string, value: Uint8Array): void {
    this.entries.set(key, value)
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.read(key)
  }

  async put(key: string, value: Uint8Array): Promise<void> {
    this.entries.set(key, value)
  }

  async del(key: string): Promise<void> {
    this.entries.delete(key)
  }

  async batch(operations: BatchDBOp<string, Uint8Array>[]): Promise<void> {
    for (const operation of operations) {
      if (operation.type === 'put') this.entries.set(operation.key, operation.value)
      else this.entries.delete(operation.key)
    }
  }

  /** Tries copy the database of the trie that they are copied from: a copy shares the entries. */
  shallowCopy(): this {
    return this
  }

  async open(): Promise<void> {}

  /** What was written here. */
  rows(): Row[] {
    return [...this.entries]
  }

  /** Forgets what was written here, once the base has it. */
  clear(): void {
    this.entries.clear()
  }
}

/** Holds nothing. */
export const emptyDatabase: StateReader = {
  read: () => undefined,
  nodes: new LRUCache<string, TrieNode>({ max: 1024 }),
  codes: new LRUCache<string, Uint8Array>({ max: 16 }),
}
