import { type BatchDBOp, type DB, KeyEncoding, ValueEncoding } from '@ethereumjs/util'

/** Trie nodes and code by hash. What is stored under a key never changes, so states share it freely. */
export type StateDatabase = DB<string, Uint8Array>

const encoding = { keyEncoding: KeyEncoding.String, valueEncoding: ValueEncoding.Bytes }

abstract class WritableDatabase implements StateDatabase {
  protected readonly entries = new Map<string, Uint8Array>()

  abstract get(key: string): Promise<Uint8Array | undefined>

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
}

/** Every state that the chain has had, in memory. */
export class MemoryDatabase extends WritableDatabase {
  async get(key: string): Promise<Uint8Array | undefined> {
    return this.entries.get(key)
  }
}

/** Reads through to a base database and keeps writes to itself, until they are committed or forgotten. */
export class OverlayDatabase extends WritableDatabase {
  constructor(private readonly base: StateDatabase) {
    super()
  }

  async get(key: string): Promise<Uint8Array | undefined> {
    return this.entries.get(key) ?? this.base.get(key, encoding)
  }

  /** Moves everything written here into the base. */
  async commit(): Promise<void> {
    const operations = [...this.entries].map(([key, value]) => ({
      type: 'put' as const,
      key,
      value,
      opts: encoding,
    }))
    this.entries.clear()
    await this.base.batch(operations)
  }
}
