import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Row, Store } from './store.js'
import { LmdbTable } from './table.js'

const prefix = 'lockstep-state-'

/** Rows in memory, the oldest of which go to a temporary file, so that a long chain takes no more memory than a short one. */
export class VolatileStore implements Store {
  /** Oldest first. */
  private readonly recent = new Map<string, Uint8Array>()
  private bytes = 0
  private old: LmdbTable | undefined

  /**
   * @param limitBytes of rows to keep in memory.
   * @param stepBytes that move to the file at a time.
   */
  constructor(
    private readonly limitBytes = 8 * 1024 * 1024,
    private readonly stepBytes = 512 * 1024,
  ) {}

  get(key: string): Uint8Array | undefined {
    return this.recent.get(key) ?? this.old?.get(key)
  }

  async write(rows: readonly Row[]): Promise<void> {
    if (this.bytes > this.limitBytes) await this.spill()
    for (const [key, value] of rows) {
      this.forget(key)
      this.recent.set(key, value)
      this.bytes += sizeOf(key, value)
    }
  }

  async close(): Promise<void> {
    this.recent.clear()
    if (!this.old) return
    await this.old.close()
    rmSync(this.old.directory, { recursive: true, force: true })
  }

  private async spill(): Promise<void> {
    this.old ??= await openTemporary()
    while (this.bytes > this.limitBytes) {
      const rows: Row[] = []
      let bytes = 0
      for (const [key, value] of this.recent) {
        if (bytes >= this.stepBytes) break
        rows.push([key, value])
        bytes += sizeOf(key, value)
      }
      this.old.writeSync(rows)
      for (const [key] of rows) this.forget(key)
    }
  }

  private forget(key: string): void {
    const value = this.recent.get(key)
    if (!value) return
    this.recent.delete(key)
    this.bytes -= sizeOf(key, value)
  }
}

function sizeOf(key: string, value: Uint8Array): number {
  return key.length + value.length
}

function openTemporary(): Promise<LmdbTable> {
  if (process.platform === 'win32') removeLeftovers()
  return LmdbTable.openTemporary(mkdtempSync(join(tmpdir(), prefix)))
}

/** Removes what processes left behind that were killed. */
function removeLeftovers(): void {
  for (const name of readdirSync(tmpdir())) {
    if (!name.startsWith(prefix)) continue
    try {
      rmSync(join(tmpdir(), name), { recursive: true })
    } catch (error) {
      // Its process lives: the system keeps its files from being removed.
      if (!['EBUSY', 'EPERM', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? '')) {
        throw error
      }
    }
  }
}
