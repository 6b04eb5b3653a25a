import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { BaseError } from '@lockstep/precompile'
import { open, type RootDatabase } from 'lmdb'
import type { Hex } from '../node.js'

/** Thrown when the folder for forked state cannot be used. */
export class StateCacheError extends BaseError {
  override readonly name = 'StateCacheError'
}

/** Entries grow this far; what is read beyond it is asked for again in the next run. */
const MAP_BYTES = 8 * 1024 ** 3

/**
 * State of one block of a forked chain on disk, for the next run. A block's state never changes, so entries are never
 * wrong; one that cannot be written is only missing.
 */
export class StateCache {
  private constructor(private readonly database: RootDatabase<Buffer, string>) {}

  /**
   * Opens the entries of one block. Several processes may do so at a time.
   * @param folder that holds the caches of all chains.
   * @throws StateCacheError
   */
  static open(folder: string, chainId: bigint, blockHash: Hex): StateCache {
    const path = join(folder, String(chainId), blockHash)
    try {
      mkdirSync(path, { recursive: true })
      const encoding = 'binary' as const
      return new StateCache(open<Buffer, string>({ path, encoding, mapSize: MAP_BYTES }))
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new StateCacheError(
        `The cache of forked state in ${path} cannot be opened: ${reason}`,
        {
          remedy: 'Remove that folder, or start with --no-storage-caching.',
          cause,
        },
      )
    }
  }

  get(key: string): Uint8Array | undefined {
    const entry = this.database.getBinary(key)
    return entry && new Uint8Array(entry)
  }

  put(key: string, value: Uint8Array): void {
    this.database.put(key, Buffer.from(value)).catch(() => {})
  }

  /** Resolves when everything is on disk. */
  close(): Promise<void> {
    return this.database.close()
  }
}
