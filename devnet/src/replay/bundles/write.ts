import { createHash, type Hash, randomUUID } from 'node:crypto'
import {
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  rmdir,
  writeFile,
} from 'node:fs/promises'
import { dirname, join, resolve } from 'node:path'
import { version } from '../../version.js'
import { BundleExistsError } from './errors.js'
import { bundleFile, modelFile } from './files.js'
import type { ForkFile } from './fork.js'
import {
  editsLine,
  type ForkLine,
  forkLine,
  inferenceLine,
  type RecordedEdits,
  type RecordedInference,
  type RecordedReceipts,
  receiptsLine,
  type StateLine,
  stateLine,
} from './lines.js'
import { type FileFacts, type Manifest, manifestJson } from './manifest.js'
import type { StateFile } from './start.js'

/** What only whoever records a chain knows of it. */
export type ChainFacts = Pick<Manifest, 'lockstep' | 'chainId' | 'base' | 'start' | 'fork' | 'head'>

/** A block as it is recorded. */
export interface RecordedBlock {
  /** RLP. */
  readonly block: Uint8Array
  readonly receipts: RecordedReceipts
  readonly inferences: readonly RecordedInference[]
  readonly edits: RecordedEdits
}

/** Writes a bundle beside its place, and moves it there once it is whole. */
export class BundleWriter {
  private readonly files: Record<string, FileFacts> = {}
  private readonly open = new Map<string, OpenFile>()
  private transactions = 0
  private inferences = 0

  private constructor(
    private readonly folder: string,
    private readonly temporary: string,
  ) {}

  /**
   * Begins a bundle. End it with `finish` or `abandon`.
   * @throws BundleExistsError where something is in its place.
   */
  static async create(path: string): Promise<BundleWriter> {
    const folder = resolve(path)
    await demandFree(folder)
    const temporary = `${folder}.partial-${randomUUID().slice(0, 8)}`
    await mkdir(dirname(folder), { recursive: true })
    await mkdir(join(temporary, 'models'), { recursive: true })
    return new BundleWriter(folder, temporary)
  }

  /** @param value the parsed `genesis.json`. */
  async writeGenesis(value: unknown): Promise<void> {
    await this.write(bundleFile.genesis, `${JSON.stringify(value, undefined, 2)}\n`)
  }

  /** What the first block stands on, where the genesis does not make that. */
  async writeState({ headers, nodes, codes }: StateFile): Promise<void> {
    const add = (kind: StateLine['kind'], bytes: Uint8Array) =>
      this.write(bundleFile.state, `${stateLine({ kind, bytes })}\n`)
    for (const header of headers) await add('header', header)
    for (const node of nodes) await add('node', node)
    for (const code of codes) await add('code', code)
  }

  /** What was read of the forked chain, where the chain is a fork. */
  async writeFork({ base, accounts, hashes }: ForkFile): Promise<void> {
    const add = (line: ForkLine) => this.write(bundleFile.fork, `${forkLine(line)}\n`)
    await add({ kind: 'block', block: base })
    for (const account of accounts) await add({ kind: 'account', account })
    for (const [number, hash] of hashes) await add({ kind: 'hash', number, hash })
  }

  async addModel(id: string, bytes: Uint8Array): Promise<void> {
    await this.write(modelFile(id), bytes)
  }

  /** What was done to the state that the first block stands on. */
  async addEdits(edits: RecordedEdits): Promise<void> {
    if (Object.keys(edits.accounts).length === 0) return
    await this.write(bundleFile.edits, `${editsLine(edits)}\n`)
  }

  async addBlock({ block, receipts, inferences, edits }: RecordedBlock): Promise<void> {
    await this.write(bundleFile.chain, block)
    await this.write(bundleFile.receipts, `${receiptsLine(receipts)}\n`)
    for (const inference of inferences) {
      await this.write(bundleFile.inferences, `${inferenceLine(inference)}\n`)
    }
    await this.addEdits(edits)
    this.transactions += receipts.receipts.length
    this.inferences += inferences.length
  }

  /** Moves the bundle to its place. */
  async finish(facts: ChainFacts): Promise<Manifest> {
    for (const name of Object.values(bundleFile)) {
      if (name !== bundleFile.manifest) await this.write(name, '')
    }
    for (const [name, file] of this.open) this.files[name] = await file.close()
    this.open.clear()
    const manifest: Manifest = {
      madeBy: `lockstep ${version}`,
      ...facts,
      transactions: this.transactions,
      inferences: this.inferences,
      files: this.files,
    }
    const text = `${JSON.stringify(manifestJson(manifest), undefined, 2)}\n`
    await writeFile(join(this.temporary, bundleFile.manifest), text)
    await demandFree(this.folder)
    // Only an empty folder is left in its place, and Windows renames over none.
    await rmdir(this.folder).catch(ignoreMissing)
    await rename(this.temporary, this.folder)
    return manifest
  }

  /** Leaves nothing behind. */
  async abandon(): Promise<void> {
    for (const file of this.open.values()) await file.close()
    this.open.clear()
    await rm(this.temporary, { recursive: true, force: true })
  }

  private async write(name: string, bytes: string | Uint8Array): Promise<void> {
    let file = this.open.get(name)
    if (!file) {
      file = await OpenFile.create(join(this.temporary, name))
      this.open.set(name, file)
    }
    await file.write(typeof bytes === 'string' ? Buffer.from(bytes) : bytes)
    // There may be many models, and each is written at once.
    if (name.startsWith('models/')) {
      this.open.delete(name)
      this.files[name] = await file.close()
    }
  }
}

/** A file that is hashed while it is written. */
class OpenFile {
  private readonly hash: Hash = createHash('sha256')
  private bytes = 0

  private constructor(private readonly handle: FileHandle) {}

  static async create(path: string): Promise<OpenFile> {
    return new OpenFile(await open(path, 'wx'))
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.hash.update(bytes)
    this.bytes += bytes.length
    await this.handle.writeFile(bytes)
  }

  async close(): Promise<FileFacts> {
    await this.handle.close()
    return { bytes: this.bytes, sha256: this.hash.digest('hex') }
  }
}

/** @throws BundleExistsError where something other than an empty folder is. */
export async function demandFree(folder: string): Promise<void> {
  try {
    const entries = await readdir(folder)
    if (entries.length > 0) throw new BundleExistsError(folder)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOTDIR') throw new BundleExistsError(folder)
    ignoreMissing(error)
  }
}

function ignoreMissing(error: unknown): void {
  if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error
}
