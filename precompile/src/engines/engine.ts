import type { Model } from '../model/model.js'
import type { Tensor } from '../tensor.js'

/** What decides the bits of a `pinned` model. Part of genesis and of every bundle. */
export interface RuntimeId {
  readonly engine: string
  readonly version: string
  /** sha256 of the WebAssembly binary, lower-case hex without a prefix. */
  readonly binarySha256: string
  readonly options: Readonly<Record<string, string | number | boolean>>
}

export interface Engine {
  readonly runtimeId: RuntimeId
  /**
   * Runs a model on inputs that already match its declaration.
   * @returns the outputs in the graph's order.
   * @throws GraphRejectedError when the graph itself rejects these values on every machine (an index out of range).
   * @throws NodeFaultError when this machine failed twice.
   */
  run(
    model: Model,
    inputs: readonly Tensor[],
    options?: { signal?: AbortSignal },
  ): Promise<readonly Tensor[]>
  /** Ends the workers. Pending runs reject. */
  close(): Promise<void>
}
