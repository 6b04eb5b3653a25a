import type { ModelId } from '../model/model.js'
import type { Tensor } from '../tensor.js'

/** One piece of work for a worker: a run, or only the loading of a model when `inputs` is absent. */
export interface WorkerTask {
  readonly task: number
  readonly model: {
    readonly id: ModelId
    /** Shared, not copied, between all workers. */
    readonly bytes: SharedArrayBuffer
    readonly inputNames: readonly string[]
    readonly outputNames: readonly string[]
    /** What a session of the model is reckoned to take of a worker's memory, in bytes. */
    readonly sessionBytes: number
  }
  readonly inputs?: readonly Tensor[]
}

/** How a task ended in a worker that lives on. */
export type WorkerAnswer =
  | {
      readonly type: 'outputs'
      readonly outputs: readonly Tensor[]
      /** What the engine runs on, where that is not the CPU. */
      readonly device?: string
    }
  /** The engine's own verdict on graph and values, the same on every machine. */
  | { readonly type: 'rejected'; readonly reason: string }
  /** The installed engine is not the canonical one. */
  | {
      readonly type: 'mismatch'
      readonly what: string
      readonly want: string
      readonly got: string
    }
  /** What the engine needs is not on this machine. */
  | { readonly type: 'unavailable'; readonly reason: string }

/** What a worker says beside its answers. */
export type WorkerNotice =
  | { readonly type: 'started'; readonly task: number }
  /** The worker ends itself: after a trap its memory cannot be trusted. */
  | { readonly type: 'dying'; readonly task: number; readonly cause: string }

/** What a process is asked. It has no memory in common with this one, so it is sent a model's bytes when it lacks them. */
export interface ProcessRequest {
  readonly task: number
  readonly model: Omit<WorkerTask['model'], 'bytes'> & { readonly bytes?: Uint8Array }
  readonly inputs?: readonly Tensor[]
}

/** What a process answers. */
export interface ProcessReply {
  readonly task: number
  readonly answer: WorkerAnswer | { readonly type: 'unloaded' }
}

/** Settings that a worker is born with. */
export interface WorkerSettings {
  /** Bytes that the sessions which a worker keeps loaded may take together. */
  readonly sessionBytes: number
}
