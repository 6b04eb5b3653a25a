import {
  ModelError,
  type ModelId,
  ModelTooLargeError,
  modelIdOf,
  readModel,
} from '@lockstep/precompile'
import type { Node } from '../../node/node.js'
import { registrationSlot, registryAddress } from '../../node/registry.js'
import { ErrorCode, InvalidParamsError, RpcError } from '../errors.js'
import type { Peer } from '../peer.js'

const MEBI = 1024 * 1024

export interface UploadLimits {
  /** Bytes of one model. */
  readonly modelBytes: number
  /** Bytes of one chunk. */
  readonly chunkBytes: number
  /** Uploads under way at one time. */
  readonly uploads: number
  /** Bytes that the uploads under way have announced, together. */
  readonly stagedBytes: number
  /** An upload that gets no chunk for this long is forgotten. */
  readonly idleMs: number
  /** Uploaded models that no transaction has registered yet. */
  readonly unregistered: number
  readonly unregisteredBytes: number
  /** An uploaded model that is not registered for this long is deleted. */
  readonly unregisteredMs: number
}

export const defaultUploadLimits: UploadLimits = {
  modelBytes: 256 * MEBI,
  chunkBytes: 4 * MEBI,
  uploads: 8,
  stagedBytes: 512 * MEBI,
  idleMs: 10 * 60_000,
  unregistered: 64,
  unregisteredBytes: 1024 * MEBI,
  unregisteredMs: 60 * 60_000,
}

export interface UploadOptions extends Partial<UploadLimits> {
  /** Who may upload: whoever uses this machine, anyone, or nobody. */
  readonly allow: 'local' | 'anyone' | 'nobody'
  /** Told when deleting what nobody registered failed; the next round tries again. */
  readonly onError: (error: unknown) => void
  readonly now?: () => number
}

/** A part of a model file. */
export interface Chunk {
  readonly offset: number
  /** Bytes of the whole file. */
  readonly size: number
  readonly data: Uint8Array
}

export interface UploadProgress {
  readonly received: number
  readonly complete: boolean
}

interface Upload {
  readonly size: number
  readonly chunks: Uint8Array[]
  received: number
  touchedAt: number
}

/** Thrown when this node takes no models from this client. */
export class UploadRefusedError extends RpcError {
  override readonly name = 'UploadRefusedError'

  constructor(reason: string) {
    super(ErrorCode.transactionRejected, `lockstep_putModel: ${reason}`)
  }
}

/** Thrown when a bound on what this node holds for its clients is met. */
export class UploadLimitError extends RpcError {
  override readonly name = 'UploadLimitError'

  constructor(what: string, limit: number) {
    super(
      ErrorCode.server,
      `lockstep_putModel: ${what} would exceed this node's limit of ${limit}; try again later`,
    )
  }
}

const sweepEveryMs = 60_000

/** Takes model files in chunks, validates them whole, and deletes those that nobody registers. */
export class Uploads {
  private readonly limits: UploadLimits
  private readonly now: () => number
  private readonly underWay = new Map<ModelId, Upload>()
  /** Models that came by upload, oldest first. */
  private readonly stored = new Map<ModelId, { bytes: number; at: number }>()
  private readonly timer: NodeJS.Timeout

  constructor(
    private readonly node: Node,
    private readonly options: UploadOptions,
  ) {
    this.limits = { ...defaultUploadLimits, ...options }
    this.now = options.now ?? Date.now
    this.timer = setInterval(() => this.sweep().catch(options.onError), sweepEveryMs).unref()
  }

  close(): void {
    clearInterval(this.timer)
    this.underWay.clear()
  }

  /**
   * Takes the next chunk of a model. The last one makes the node validate and store it.
   * @throws InvalidParamsError for a chunk out of turn, bytes of another hash, or a model that the validator refuses.
   */
  async put(id: ModelId, chunk: Chunk, peer: Peer): Promise<UploadProgress> {
    this.checkPeer(peer)
    this.checkChunk(chunk)
    if (await this.node.models.has(id)) return { received: chunk.size, complete: true }
    this.forgetIdle()
    const upload = chunk.offset === 0 ? this.start(id, chunk) : this.resume(id, chunk)
    upload.chunks.push(chunk.data)
    upload.received += chunk.data.length
    upload.touchedAt = this.now()
    if (upload.received < upload.size) return { received: upload.received, complete: false }
    this.underWay.delete(id)
    await this.store(id, Buffer.concat(upload.chunks))
    return { received: upload.received, complete: true }
  }

  /** Deletes uploaded models that stayed unregistered for too long. */
  async sweep(): Promise<void> {
    this.forgetIdle()
    const oldest = this.now() - this.limits.unregisteredMs
    for (const { id, at } of await this.unregistered()) {
      if (at < oldest) await this.discard(id)
    }
  }

  private checkPeer(peer: Peer): void {
    const { allow } = this.options
    if (allow === 'nobody') throw new UploadRefusedError('this node takes no models')
    if (allow === 'local' && !peer.local) {
      throw new UploadRefusedError(
        'this node takes models only from its own machine, by a loopback host name and from no web page; ' +
          'start it with --allow-model-upload to change that',
      )
    }
  }

  private checkChunk({ offset, size, data }: Chunk): void {
    const { modelBytes, chunkBytes } = this.limits
    if (size > modelBytes)
      throw refusal(new ModelTooLargeError('the file in bytes', size, modelBytes))
    if (data.length < 1 || data.length > chunkBytes) {
      throw new InvalidParamsError(
        `lockstep_putModel: a chunk must hold 1 to ${chunkBytes} bytes, got ${data.length}`,
      )
    }
    if (offset + data.length > size) {
      throw new InvalidParamsError(
        `lockstep_putModel: ${data.length} bytes at offset ${offset} go past the size ${size}`,
      )
    }
  }

  private start(id: ModelId, { size }: Chunk): Upload {
    this.underWay.delete(id)
    const staged = [...this.underWay.values()].reduce((sum, upload) => sum + upload.size, 0)
    const { uploads, stagedBytes } = this.limits
    if (this.underWay.size >= uploads) throw new UploadLimitError('one more upload', uploads)
    if (staged + size > stagedBytes) {
      throw new UploadLimitError(`${size} bytes on top of ${staged}`, stagedBytes)
    }
    const upload: Upload = { size, chunks: [], received: 0, touchedAt: this.now() }
    this.underWay.set(id, upload)
    return upload
  }

  private resume(id: ModelId, { offset, size }: Chunk): Upload {
    const upload = this.underWay.get(id)
    const expectedOffset = upload?.received ?? 0
    if (!upload || expectedOffset !== offset || upload.size !== size) {
      throw new InvalidParamsError(
        upload
          ? `lockstep_putModel: expected offset ${expectedOffset} of ${upload.size} bytes, got offset ${offset} of ${size}`
          : 'lockstep_putModel: no upload of this model is under way; start at offset 0',
        { data: { expectedOffset } },
      )
    }
    return upload
  }

  private async store(id: ModelId, bytes: Uint8Array): Promise<void> {
    validate(id, bytes)
    await this.makeRoom(bytes.length)
    await this.node.models.put(bytes)
    this.stored.delete(id)
    this.stored.set(id, { bytes: bytes.length, at: this.now() })
  }

  /** Gives up the oldest unregistered models where the new one would exceed a limit. */
  private async makeRoom(bytes: number): Promise<void> {
    await this.sweep()
    const waiting = await this.unregistered()
    let sum = bytes + waiting.reduce((total, model) => total + model.bytes, 0)
    let count = waiting.length + 1
    for (const model of waiting) {
      if (count <= this.limits.unregistered && sum <= this.limits.unregisteredBytes) return
      await this.discard(model.id)
      sum -= model.bytes
      count--
    }
  }

  private async unregistered(): Promise<{ id: ModelId; bytes: number; at: number }[]> {
    const state = await this.node.state('latest')
    const waiting: { id: ModelId; bytes: number; at: number }[] = []
    for (const [id, model] of this.stored) {
      const mark = await state.storage(registryAddress, registrationSlot(id))
      if (BigInt(mark) === 0n) waiting.push({ id, ...model })
    }
    return waiting
  }

  private async discard(id: ModelId): Promise<void> {
    this.stored.delete(id)
    await this.node.models.delete(id)
  }

  private forgetIdle(): void {
    const oldest = this.now() - this.limits.idleMs
    for (const [id, upload] of this.underWay) {
      if (upload.touchedAt < oldest) this.underWay.delete(id)
    }
  }
}

/** @throws InvalidParamsError */
function validate(id: ModelId, bytes: Uint8Array): void {
  const actual = modelIdOf(bytes)
  if (actual !== id) {
    throw new InvalidParamsError(
      `lockstep_putModel: the bytes hash to ${actual}, not to ${id}; send the file again from offset 0`,
      { data: { expected: id, actual } },
    )
  }
  try {
    readModel(bytes)
  } catch (error) {
    throw error instanceof ModelError ? refusal(error) : error
  }
}

/** The validator's verdict, as clients get it. */
function refusal(error: ModelError): InvalidParamsError {
  const { code, node = null, operator = null } = error
  return new InvalidParamsError(error.message, { data: { code, node, operator }, cause: error })
}
