import { type BatchDBOp, type DB, KeyEncoding, ValueEncoding } from '@ethereumjs/util'
import { LRUCache } from 'lru-cache'
import { keyOf } from './storage/keys.js'
import type { Row, Store } from './storage/store.js'

/** Trie nodes and code by hash. What is stored under a key never changes, so states share it freely. */
export type StateDatabase = DB<string, Uint8Array>

/** The part of a database that a state is read from. */
export type StateReader = Pick<StateDatabase, 'get'>

const encoding = { keyEncoding: KeyEncoding.String, valueEncoding: ValueEncoding.Bytes }

/** Bytes of trie nodes and code that are kept at hand. */
const cachedBytes = 8 * 1024 * 1024

/** Every state that the chain has had. */
export class StateStore implements StateReader {
  private readonly cache = new LRUCache<string, Uint8Array>({
    maxSize: cachedBytes,
    sizeCalculation: (value, key) => value.length + key.length + 64,
  })

  constructor(private readonly store: Store) {}

  async get(key: string): Promise<Uint8Array | undefined> {
    const cached = this.cache.get(key)
    if (cached) return cached
    const value = this.store.get(keyOf.state(key))
    if (value) this.cache.set(key, value)
    return value
  }

  /** Keeps at hand what was just stored: the next state shares most of it. */
  remember(rows: Iterable<Row>): void {
    for (const [key, value] of rows) this.cache.set(key, value)
  }
}

/** Reads through to a base database and keeps writes to itself, until somebody takes or forgets them. */
export class OverlayDatabase implements StateDatabase {
  private readonly entries = new Map<string, Uint8Array>()

  constructor(private readonly base: StateReader) {}

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.entries.get(key) ?? this.base.get(key, encoding)
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
export const emptyDatabase: StateReader = { get: async () => undefined }
