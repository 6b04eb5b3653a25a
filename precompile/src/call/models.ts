import { LRUCache } from 'lru-cache'
import { NodeFaultError } from '../errors.js'
import type { Model, ModelId } from '../model/model.js'
import type { ModelStore } from '../store/store.js'

/** The chain lists a model whose blob this node does not have. */
export class ModelBlobMissingError extends NodeFaultError {
  override readonly name = 'ModelBlobMissingError'
  readonly model: ModelId

  constructor(model: ModelId) {
    super(`This node has no blob of model ${model}.`, {
      remedy: 'Upload the ONNX file with `lockstep deploy`, or copy it into the model store.',
    })
    this.model = model
  }
}

/** Reads and validates the bytes of an ONNX file. */
export type ReadModel = (bytes: Uint8Array) => Model

/** Memory that one node of a validated graph takes, whatever its size in the file. */
const NODE_BYTES = 4096

/** Validated models by id, read from the store once and kept up to a number of bytes of their files. */
export class Models {
  readonly #store: ModelStore
  readonly #read: ReadModel
  readonly #cache: LRUCache<ModelId, Model>
  readonly #reading = new Map<ModelId, Promise<Uint8Array | undefined>>()

  constructor(store: ModelStore, read: ReadModel, maxBytes: number) {
    this.#store = store
    this.#read = read
    this.#cache = new LRUCache({
      maxSize: maxBytes,
      // A model larger than the whole cache is kept alone until the next one comes.
      sizeCalculation: ({ bytes, loadCost }) =>
        Math.min(bytes.length + (1 + loadCost.nodes) * NODE_BYTES, maxBytes),
    })
  }

  /**
   * @param onBytes - Called with the size of the file before it is parsed, so that the parsing can be charged for.
   * @throws ModelError when the validator refuses the bytes
   * @throws ModelBlobMissingError when the store lacks them
   */
  async require(id: ModelId, onBytes?: (bytes: number) => void): Promise<Model> {
    const model = await this.find(id, onBytes)
    if (!model) throw new ModelBlobMissingError(id)
    return model
  }

  /** As `require`, with undefined for a blob that the store lacks. */
  async find(id: ModelId, onBytes?: (bytes: number) => void): Promise<Model | undefined> {
    const bytes = this.#cache.get(id)?.bytes ?? (await this.#readBlob(id))
    if (!bytes) return undefined
    onBytes?.(bytes.length)
    const known = this.#cache.get(id)
    if (known) return known
    const model = this.#read(bytes)
    this.#cache.set(id, model)
    return model
  }

  #readBlob(id: ModelId): Promise<Uint8Array | undefined> {
    const underWay = this.#reading.get(id)
    if (underWay) return underWay
    const reading = this.#store.get(id).finally(() => this.#reading.delete(id))
    this.#reading.set(id, reading)
    return reading
  }
}
