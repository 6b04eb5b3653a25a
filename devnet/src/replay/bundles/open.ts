import { isUtf8 } from 'node:buffer'
import { createHash } from 'node:crypto'
import { constants } from 'node:fs'
import { type FileHandle, lstat, open } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import type { ModelId, ModelStore } from '@lockstep/precompile'
import { modelIdOf } from '@lockstep/precompile'
import type { LockstepConfig } from '../../node/genesis.js'
import { InvalidBlockError } from '../../node/import/errors.js'
import { blockHeadBytes, lengthOfBlock } from '../../node/import/rlpBlocks.js'
import { BundleFileError, BundleFormatError, BundleHashError } from './errors.js'
import { bundleFile, largestFile, modelFile, modelOf } from './files.js'
import { readFork } from './fork.js'
import {
  LineError,
  type RecordedEdits,
  type RecordedInference,
  type RecordedReceipts,
  readEdits,
  readForkLine,
  readInference,
  readReceipts,
  readStateLine,
} from './lines.js'
import { type Manifest, readManifest } from './manifest.js'
import { readStart } from './start.js'

/** No line of a bundle is longer: a text of Node's may have half a gigabyte. */
const longestLine = 2 ** 28
/** Bytes that are read of a file at a time: a call of the system for each block took a tenth of a replay. */
const chunkBytes = 2 ** 18

/** A bundle whose files are all there and have the hashes that they were recorded with. Nothing writes into its folder. */
export class Bundle {
  /** The models, to read. What is put there stays out of the folder. */
  readonly models: ModelStore

  constructor(
    readonly folder: string,
    readonly manifest: Manifest,
  ) {
    this.models = this.modelStore()
  }

  /** The parsed `genesis.json`. @throws BundleFormatError */
  async genesis(): Promise<unknown> {
    return parse(this.folder, bundleFile.genesis, await this.read(bundleFile.genesis))
  }

  /** RLP of each block. @throws BundleFormatError */
  async *blocks(): AsyncGenerator<Uint8Array> {
    const { handle, size } = await this.openFile(bundleFile.chain)
    const file = new BufferedFile(handle, size)
    try {
      for (let offset = 0; offset < size; ) {
        const head = await file.at(offset, Math.min(blockHeadBytes, size - offset))
        const length = this.blockLength(head, offset, size)
        yield await file.at(offset, length)
        offset += length
      }
    } finally {
      await handle.close()
    }
  }

  receipts(): AsyncGenerator<RecordedReceipts> {
    return this.lines(bundleFile.receipts, readReceipts)
  }

  inferences(): AsyncGenerator<RecordedInference> {
    return this.lines(bundleFile.inferences, readInference)
  }

  edits(): AsyncGenerator<RecordedEdits> {
    return this.lines(bundleFile.edits, readEdits)
  }

  /** What the first block stands on, where the genesis does not make that. @throws BundleStateError, BundleFormatError */
  start(): ReturnType<typeof readStart> {
    const lines = this.lines(bundleFile.state, readStateLine)
    return readStart(this.folder, this.manifest, lines)
  }

  /** What was read of the forked chain, where it forks one. @throws BundleStateError, BundleFormatError */
  fork(): ReturnType<typeof readFork> {
    return readFork(this.folder, this.manifest, this.lines(bundleFile.fork, readForkLine))
  }

  /** Ids of the models whose files are here. */
  get modelIds(): readonly ModelId[] {
    return Object.keys(this.manifest.files).flatMap((path) => modelOf(path) ?? [])
  }

  private modelStore(): ModelStore {
    const added = new Map<ModelId, Uint8Array>()
    const has = (id: ModelId) => added.has(id) || this.modelIds.includes(id)
    return {
      has: async (id) => has(id),
      get: async (id) => added.get(id) ?? (has(id) ? this.read(modelFile(id)) : undefined),
      put: async (bytes) => {
        const id = modelIdOf(bytes)
        if (!has(id)) added.set(id, bytes)
        return id
      },
      delete: async (id) => {
        added.delete(id)
      },
      list: async () => this.modelIds.map((id) => ({ id, bytes: this.sizeOf(modelFile(id)) })),
    }
  }

  /** @throws BundleFileError */
  async read(path: string): Promise<Uint8Array> {
    const { handle, size } = await this.openFile(path)
    try {
      return await readAt(handle, 0, size)
    } finally {
      await handle.close()
    }
  }

  private async *lines<T>(path: string, read: (value: unknown) => T): AsyncGenerator<T> {
    const { handle } = await this.openFile(path)
    let number = 0
    let rest: Buffer[] = []
    let length = 0
    const take = (end: Buffer): T => {
      const text = Buffer.concat([...rest, end])
      rest = []
      length = 0
      return this.line(path, ++number, text, read)
    }
    try {
      for await (const chunk of handle.createReadStream({
        highWaterMark: chunkBytes,
      }) as AsyncIterable<Buffer>) {
        let start = 0
        for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, start)) {
          yield take(chunk.subarray(start, end))
          start = end + 1
        }
        rest.push(chunk.subarray(start))
        length += chunk.length - start
        if (length > longestLine) {
          const problem = `is longer than ${longestLine} bytes`
          throw new BundleFormatError(this.folder, `${path}:${number + 1}`, problem)
        }
      }
      if (length > 0) yield take(Buffer.alloc(0))
    } finally {
      await handle.close()
    }
  }

  private line<T>(path: string, number: number, text: Buffer, read: (value: unknown) => T): T {
    const place = `${path}:${number}`
    const value = parse(this.folder, place, text)
    try {
      return read(value)
    } catch (cause) {
      if (!(cause instanceof LineError)) throw cause
      throw new BundleFormatError(this.folder, place, cause.message, { cause })
    }
  }

  private blockLength(head: Uint8Array, offset: number, size: number): number {
    try {
      return lengthOfBlock(head, offset, size)
    } catch (cause) {
      if (!(cause instanceof InvalidBlockError)) throw cause
      throw new BundleFormatError(
        this.folder,
        bundleFile.chain,
        `holds no blocks: ${cause.shortMessage}`,
        { cause },
      )
    }
  }

  private sizeOf(path: string): number {
    return this.manifest.files[path]?.bytes ?? 0
  }

  private async openFile(path: string): Promise<{ handle: FileHandle; size: number }> {
    return openPlain(this.folder, path, this.sizeOf(path))
  }
}

/**
 * Opens a bundle, after checking every file of it.
 * @param own what decides the answers of models here.
 * @throws BundleError
 */
export async function openBundle(path: string, own: LockstepConfig): Promise<Bundle> {
  const folder = resolve(path)
  const { handle, size } = await openPlain(folder, bundleFile.manifest)
  let value: unknown
  try {
    value = parse(folder, bundleFile.manifest, await readAt(handle, 0, size))
  } finally {
    await handle.close()
  }
  const manifest = readManifest(folder, value, own)
  const bundle = new Bundle(folder, manifest)
  if (bundle.modelIds.length > 0) await demandFolder(folder, 'models')
  for (const [file, { bytes, sha256 }] of Object.entries(manifest.files)) {
    const got = await hashOf(folder, file, bytes)
    if (got !== sha256) throw new BundleHashError(folder, file, sha256, got)
  }
  for (const id of bundle.modelIds) await demandModel(bundle, id)
  return bundle
}

/** A model is what its id says, whatever the manifest says of its file. */
async function demandModel(bundle: Bundle, id: ModelId): Promise<void> {
  const file = modelFile(id)
  const actual = modelIdOf(await bundle.read(file))
  if (actual === id) return
  throw new BundleFileError(bundle.folder, file, `holds another model, with the id ${actual}`)
}

async function hashOf(folder: string, file: string, bytes: number): Promise<string> {
  const { handle } = await openPlain(folder, file, bytes)
  const hash = createHash('sha256')
  for await (const chunk of handle.createReadStream() as AsyncIterable<Buffer>) hash.update(chunk)
  return hash.digest('hex')
}

/**
 * Opens a plain file of a bundle, and no link: what it leads to may be anywhere.
 * @param size that it must have. Default: any that such a file may have.
 * @throws BundleFileError
 */
async function openPlain(
  folder: string,
  file: string,
  size?: number,
): Promise<{ handle: FileHandle; size: number }> {
  const path = join(folder, file)
  const facts = await lstat(path).catch(reasonOf)
  if (typeof facts === 'string')
    throw new BundleFileError(folder, file, `cannot be read (${facts})`)
  if (!facts.isFile()) throw new BundleFileError(folder, file, 'is no plain file')
  const handle = await open(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0)).catch(reasonOf)
  if (typeof handle === 'string')
    throw new BundleFileError(folder, file, `cannot be read (${handle})`)
  const actual = (await handle.stat()).size
  const isRight = size === undefined ? actual <= largestFile(file) : actual === size
  if (isRight) return { handle, size: actual }
  await handle.close()
  const wanted = size === undefined ? `at most ${largestFile(file)}` : `${size}`
  throw new BundleFileError(folder, file, `has ${actual} bytes, and should have ${wanted}`)
}

async function demandFolder(folder: string, name: string): Promise<void> {
  const facts = await lstat(join(folder, name)).catch(reasonOf)
  if (typeof facts === 'string')
    throw new BundleFileError(folder, name, `cannot be read (${facts})`)
  if (!facts.isDirectory()) throw new BundleFileError(folder, name, 'is no folder')
}

function reasonOf(error: NodeJS.ErrnoException): string {
  return error.code ?? error.message
}

/** Reads a file from its start to its end, many small parts at a time. */
class BufferedFile {
  private offset = 0
  private buffer: Uint8Array = new Uint8Array()

  constructor(
    private readonly handle: FileHandle,
    private readonly size: number,
  ) {}

  /** A copy of a part, so that keeping it keeps nothing around it. */
  async at(offset: number, length: number): Promise<Uint8Array> {
    const end = this.offset + this.buffer.length
    if (offset + length > end) {
      const wanted = Math.min(this.size - offset, Math.max(length, chunkBytes))
      this.buffer = await readAt(this.handle, offset, wanted)
      this.offset = offset
    }
    return this.buffer.slice(offset - this.offset, offset - this.offset + length)
  }
}

async function readAt(handle: FileHandle, offset: number, length: number): Promise<Uint8Array> {
  const bytes = new Uint8Array(length)
  let read = 0
  while (read < length) {
    const { bytesRead } = await handle.read(bytes, read, length - read, offset + read)
    if (bytesRead === 0)
      throw new RangeError(`The file ended while it was read, at byte ${offset + read}.`)
    read += bytesRead
  }
  return bytes
}

function parse(folder: string, file: string, text: Uint8Array): unknown {
  try {
    if (!isUtf8(text)) throw new TypeError('the bytes are no UTF-8')
    return JSON.parse(Buffer.from(text.buffer, text.byteOffset, text.byteLength).toString())
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.slice(0, 200) : String(cause)
    throw new BundleFormatError(folder, file, `is no JSON: ${reason}`, { cause })
  }
}
