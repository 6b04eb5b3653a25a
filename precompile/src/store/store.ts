import { NodeFaultError } from '../errors.js'
import type { ModelId } from '../model/model.js'

/** Content-addressed model blobs: what is stored under an id hashes to that id. */
export interface ModelStore {
  has(id: ModelId): Promise<boolean>
  /** @throws CorruptBlobError when what lies under the id no longer hashes to it. */
  get(id: ModelId): Promise<Uint8Array | undefined>
  /** Stores the bytes and returns their id. Idempotent. Validation is the caller's. */
  put(bytes: Uint8Array): Promise<ModelId>
  delete(id: ModelId): Promise<void>
  list(): Promise<readonly { id: ModelId; bytes: number }[]>
}

/** A blob on disk is not what was put there. */
export class CorruptBlobError extends NodeFaultError {
  override readonly name = 'CorruptBlobError'
  readonly model: ModelId

  constructor(model: ModelId, path: string, actual: ModelId) {
    super(`The blob ${path} of model ${model} hashes to ${actual}.`, {
      remedy: 'Delete the file and put the model again.',
    })
    this.model = model
  }
}
