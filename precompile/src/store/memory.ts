import { modelIdOf } from '../commitment/hash.js'
import type { ModelId } from '../model/model.js'
import type { ModelStore } from './store.js'

/** A store that ends with the process. */
export function createMemoryStore(): ModelStore {
  const blobs = new Map<ModelId, Uint8Array>()
  return {
    has: async (id) => blobs.has(id),
    // A copy each way: whoever changes the bytes that they hold must not change what the id means.
    get: async (id) => {
      const blob = blobs.get(id)
      return blob && new Uint8Array(blob)
    },
    put: async (bytes) => {
      const id = modelIdOf(bytes)
      if (!blobs.has(id)) blobs.set(id, new Uint8Array(bytes))
      return id
    },
    delete: async (id) => {
      blobs.delete(id)
    },
    list: async () => [...blobs].map(([id, blob]) => ({ id, bytes: blob.length })),
  }
}
