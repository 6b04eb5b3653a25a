import { concatBytes, hexToBytes } from '@ethereumjs/util'
import {
  defaultLimits,
  type ModelId,
  type ModelStore,
  modelIdOf,
  NodeFaultError,
} from '@lockstep/precompile'
import { isBytes } from './decode.js'
import { RemoteAnswerError } from './errors.js'
import type { Fork } from './fork.js'

/** Bytes that a node gives of a model at a time. */
const CHUNK_BYTES = 1024 * 1024

/** Models of this chain, and those of a forked Lockstep chain: they are fetched when they are first asked for. */
export class ForkedStore implements ModelStore {
  /** The chain to fetch from. */
  fork: Fork | undefined

  constructor(private readonly own: ModelStore) {}

  has(id: ModelId): Promise<boolean> {
    return this.own.has(id)
  }

  async get(id: ModelId): Promise<Uint8Array | undefined> {
    const known = await this.own.get(id)
    const { fork } = this
    if (known || !fork || !(await fork.hasRegistry())) return known
    const bytes = await this.fetch(fork, id)
    if (bytes) await this.own.put(bytes)
    return bytes
  }

  put(bytes: Uint8Array): Promise<ModelId> {
    return this.own.put(bytes)
  }

  delete(id: ModelId): Promise<void> {
    return this.own.delete(id)
  }

  list(): ReturnType<ModelStore['list']> {
    return this.own.list()
  }

  private async fetch(fork: Fork, id: ModelId): Promise<Uint8Array | undefined> {
    const chunks: Uint8Array[] = []
    for (let length = 0; length <= defaultLimits.fileBytes; ) {
      const chunk = await askModelBytes(fork, id, length)
      if (!chunk) return undefined
      if (chunk.length === 0) return verified(fork, id, concatBytes(...chunks))
      chunks.push(chunk)
      length += chunk.length
    }
    throw new NodeFaultError(
      `The forked chain at ${fork.remote.host} gives more than ${defaultLimits.fileBytes} bytes for model ${id}.`,
    )
  }
}

/** Undefined where the forked chain's node lacks the model. */
async function askModelBytes(
  { remote }: Fork,
  id: ModelId,
  offset: number,
): Promise<Uint8Array | undefined> {
  const answer = await remote.request('lockstep_getModelBytes', [id, offset, CHUNK_BYTES])
  if (answer === null) return undefined
  if (isBytes(answer)) return hexToBytes(answer)
  throw new RemoteAnswerError(remote.host, 'lockstep_getModelBytes', 'bytes')
}

function verified({ remote }: Fork, id: ModelId, bytes: Uint8Array): Uint8Array {
  const actual = modelIdOf(bytes)
  if (actual === id) return bytes
  throw new NodeFaultError(
    `The forked chain at ${remote.host} gave a file for model ${id} that hashes to ${actual}.`,
    { remedy: 'Upload the right file with `lockstep deploy`.' },
  )
}
