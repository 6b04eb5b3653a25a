import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { crc32 } from 'node:zlib'
import type { RootDatabase } from 'lmdb'
import { CorruptStoreError, reasonOf, StorageError } from './errors.js'
import { checkLmdbFile } from './lmdbFile.js'
import type { Row } from './store.js'

type Database = RootDatabase<Uint8Array, Uint8Array>

const checksumBytes = 4

/**
 * LMDB's options that are the same for every table. Batching across turns would leave rejections to nobody. A map that
 * grows keeps the smaller ones before it in memory, so it gets its room at once; Windows would write that much.
 */
const options = {
  encoding: 'binary',
  keyEncoding: 'binary',
  eventTurnBatching: false,
  ...(process.platform !== 'win32' && { mapSize: 2 ** 36 }),
} as const

/** Rows in an LMDB file, each with a checksum: LMDB has none. */
export class LmdbTable {
  private constructor(
    readonly directory: string,
    private readonly database: Database,
  ) {}

  /**
   * Opens a file in which every transaction is on disk before it counts as written.
   * @throws CorruptStoreError when it is no such file, or was cut short.
   */
  static async openDurable(directory: string): Promise<LmdbTable> {
    checkLmdbFile(directory, join(directory, 'data.mdb'))
    const { open } = await import('lmdb')
    try {
      return new LmdbTable(directory, open(directory, { ...options, overlappingSync: false }))
    } catch (cause) {
      throw new CorruptStoreError(directory, reasonOf(cause), { cause })
    }
  }

  /** Opens a file that ends with the process, however that ends; nothing is flushed to disk. */
  static async openTemporary(directory: string): Promise<LmdbTable> {
    const { open } = await import('lmdb')
    const database: Database = open(directory, { ...options, noSync: true })
    // A file without a name is gone when the process is, even when that is killed. Windows has no such files.
    if (process.platform !== 'win32') rmSync(directory, { recursive: true })
    return new LmdbTable(directory, database)
  }

  /** @throws CorruptStoreError */
  get(key: string): Uint8Array | undefined {
    const stored = this.read(key)
    if (!stored) return undefined
    const end = stored.length - checksumBytes
    const value = new Uint8Array(stored.buffer, stored.byteOffset, Math.max(end, 0))
    if (end < 0 || stored.readUInt32LE(end) !== checksum(key, value)) {
      throw new CorruptStoreError(this.directory, `row ${key} fails its checksum.`)
    }
    return value
  }

  /** Writes in one transaction, off this thread. @throws StorageError */
  async write(rows: readonly Row[]): Promise<void> {
    try {
      await this.database.batch(() => {
        for (const [key, value] of rows) this.database.put(...sealed(key, value))
      })
    } catch (error) {
      throw new StorageError(this.directory, await causeOf(error))
    }
  }

  /** Writes in one transaction, on this thread. @throws StorageError */
  writeSync(rows: Iterable<Row>): void {
    try {
      this.database.transactionSync(() => {
        for (const [key, value] of rows) this.database.putSync(...sealed(key, value))
      })
    } catch (error) {
      throw new StorageError(this.directory, error)
    }
  }

  /** Other processes that have the file open. */
  otherProcesses(): number[] {
    // Whoever reads holds a slot, which the system frees when its process is gone.
    this.read('00')
    this.database.readerCheck()
    const pids = this.database.readerList().matchAll(/^\s*(\d+)\s/gm)
    return [...pids].map(([, pid]) => Number(pid)).filter((pid) => pid !== process.pid)
  }

  close(): Promise<void> {
    return this.database.close()
  }

  private read(key: string): Buffer | undefined {
    try {
      return this.database.getBinary(Buffer.from(key, 'hex'))
    } catch (cause) {
      throw new CorruptStoreError(this.directory, `row ${key}: ${reasonOf(cause)}`, { cause })
    }
  }
}

/** The row as LMDB keeps it. */
function sealed(key: string, value: Uint8Array): [Buffer, Buffer] {
  const stored = Buffer.allocUnsafe(value.length + checksumBytes)
  stored.set(value)
  stored.writeUInt32LE(checksum(key, value), value.length)
  return [Buffer.from(key, 'hex'), stored]
}

/** Covers the key too, so that a row that turns up in another's place is noticed. */
function checksum(key: string, value: Uint8Array): number {
  return crc32(value, crc32(key))
}

/** What made a transaction fail; LMDB's own error says only that it did. */
async function causeOf(error: unknown): Promise<unknown> {
  try {
    await (error as { commitError?: Promise<unknown> }).commitError
    return error
  } catch (cause) {
    return cause
  }
}
