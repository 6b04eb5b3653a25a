import { BaseError, NodeFaultError } from '../errors.js'
import type { Model, ModelId } from '../model/model.js'
import type { Tensor } from '../tensor.js'

/** What decides the bits of a `pinned` model. Part of genesis and of every bundle. */
export interface RuntimeId {
  readonly engine: string
  readonly version: string
  /** sha256 of the WebAssembly binary, lower-case hex without a prefix. */
  readonly binarySha256: string
  readonly options: Readonly<Record<string, string | number | boolean>>
}

export interface RunOptions {
  /** Gives up: a run that waits is dropped, one under way is ended. The promise rejects with the signal's reason. */
  readonly signal?: AbortSignal
  /** Milliseconds after which a run that started is ended as a fault of this machine. */
  readonly timeLimitMs?: number
  /** Told that the outputs come from elsewhere and were not checked here: nobody may remember them. */
  onUnverified?(): void
}

/**
 * Runs models. The canonical engine takes every model and its verdicts are the chain's; the others take `exact`
 * models, of which every engine gives the same bits.
 */
export interface Engine {
  readonly runtimeId: RuntimeId
  /** What runs exact models, where that is not the runtime whose bits `pinned` ones have. It may change. */
  readonly exactRuntimeId?: RuntimeId
  /** The name of the device that it runs on, where that is not the CPU. Known after the first run. */
  readonly device?: string | undefined
  /**
   * Runs a model on inputs that already match its declaration.
   * @returns the outputs in the graph's order.
   * @throws InexactModelError from an engine that is not the canonical one, for a `pinned` model.
   * @throws GraphRejectedError when the graph itself rejects these values on every machine (an index out of range).
   * @throws NodeFaultError when this machine failed twice.
   */
  run(model: Model, inputs: readonly Tensor[], options?: RunOptions): Promise<readonly Tensor[]>
  /**
   * Loads a model ahead of its first run.
   * @throws GraphRejectedError when the engine has no kernel for the graph, on every machine.
   * @throws NodeFaultError when this machine failed twice.
   */
  warm(model: Model, options?: RunOptions): Promise<void>
  /** Ends the workers. Pending runs reject. */
  close(): Promise<void>
}

/** The graph cannot take these values, or cannot be loaded: on this runtime it fails the same way everywhere. */
export class GraphRejectedError extends BaseError {
  override readonly name = 'GraphRejectedError'
  readonly model: ModelId
  /** What the engine said. */
  readonly reason: string

  constructor(model: ModelId, reason: string) {
    super(`Model ${model} rejects its input: ${reason}`, {
      remedy: 'Look at the node that the message names with `lockstep inspect` or Netron.',
    })
    this.model = model
    this.reason = reason
  }
}

/** A `pinned` model was given to an engine that is not the one whose bits it has. */
export class InexactModelError extends NodeFaultError {
  override readonly name = 'InexactModelError'
  readonly model: ModelId

  constructor({ id, inexact }: Model, engine: string) {
    const because = inexact ? `: ${inexact.reason}` : ''
    super(`The engine ${engine} runs exact models only, and model ${id} is pinned${because}.`, {
      remedy:
        'Run it on the canonical engine, or make an exact model of it with `lockstep compile`.',
    })
    this.model = id
  }
}

/** @throws InexactModelError */
export function assertExact(model: Model, engine: string): void {
  if (model.class !== 'exact') throw new InexactModelError(model, engine)
}

/** This machine does not have what an engine needs. */
export class EngineUnavailableError extends NodeFaultError {
  override readonly name = 'EngineUnavailableError'
  /** What is missing, as one clause. */
  readonly reason: string

  constructor(engine: string, reason: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(`The engine ${engine} cannot be used here: ${reason}.`, options)
    this.reason = reason
  }
}
