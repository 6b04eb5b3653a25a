import type { ModelId } from '../model/model.js'

/** Content-addressed model blobs: what is stored under an id hashes to that id. */
export interface ModelStore {
  has(id: ModelId): Promise<boolean>
  get(id: ModelId): Promise<Uint8Array | undefined>
  /** Stores the bytes and returns their id. Idempotent. Validation is the caller's. */
  put(bytes: Uint8Array): Promise<ModelId>
  delete(id: ModelId): Promise<void>
  list(): Promise<readonly { id: ModelId; bytes: number }[]>
}
