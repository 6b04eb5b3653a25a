import { existsSync, mkdirSync, realpathSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { version } from '../../version.js'
import { DataDirInUseError } from './errors.js'
import type { Row, Store } from './store.js'
import { LmdbTable } from './table.js'

/** Folders that nodes of this process work on. */
const open = new Set<string>()

/** A chain's rows in a folder: what was written is on disk, whatever happens to the process or the machine. */
export class DataDir implements Store {
  private constructor(
    /** Its real path. */
    readonly directory: string,
    private readonly table: LmdbTable,
  ) {}

  /**
   * Takes a folder for this node alone. It is made when it is missing.
   * @throws DataDirInUseError, CorruptStoreError
   */
  static async open(path: string): Promise<DataDir> {
    mkdirSync(path, { recursive: true })
    const directory = realpathSync(path)
    if (open.has(directory)) throw new DataDirInUseError(directory, process.pid)
    open.add(directory)
    try {
      const table = await LmdbTable.openDurable(join(directory, 'chain'))
      const [pid] = table.otherProcesses()
      if (pid === undefined) return new DataDir(directory, table)
      await table.close()
      throw new DataDirInUseError(directory, pid)
    } catch (error) {
      open.delete(directory)
      throw error
    }
  }

  /** Where models lie, each under its id. */
  get modelDirectory(): string {
    return join(this.directory, 'models')
  }

  /** Whether a chain was started here: where its rows are gone, somebody took them. */
  get wasStarted(): boolean {
    return existsSync(this.markFile)
  }

  /** Notes that a chain was started here. */
  markStarted(): void {
    writeFileSync(this.markFile, `${JSON.stringify({ lockstep: version })}\n`)
  }

  get(key: string): Uint8Array | undefined {
    return this.table.get(key)
  }

  write(rows: readonly Row[]): Promise<void> {
    return this.table.write(rows)
  }

  async close(): Promise<void> {
    await this.table.close()
    open.delete(this.directory)
  }

  private get markFile(): string {
    return join(this.directory, 'lockstep.json')
  }
}
