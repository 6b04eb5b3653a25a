import { createRequire } from 'node:module'
import { Piscina } from 'piscina'
import { BaseError, NodeFaultError } from '../errors.js'
import type { ModelId } from '../model/model.js'
import type { WorkerAnswer, WorkerNotice, WorkerSettings, WorkerTask } from './messages.js'

export interface WorkerPoolOptions extends WorkerSettings {
  /** What the threads run, as this package exports it. */
  readonly entry: string
  readonly threads: number
  /** Told of a worker that ended while it had nothing to do. */
  readonly onIdleFault: (fault: NodeFaultError) => void
}

/** A task on its way. */
export interface Job {
  /**
   * @throws WorkerDeath when the worker died with the task
   * @throws RunTimeoutError when the task took longer than its limit, counted from its start
   * @throws EngineClosedError when the pool was closed first
   */
  readonly answer: Promise<WorkerAnswer>
  /** Nobody waits any more: drops the task if it waits, ends it soon if it is under way. */
  abandon(): void
}

/** Takes tasks to workers. */
export interface Pool {
  /** @param timeLimitMs - Milliseconds from the start of the task in a worker, its wait not counted. */
  submit(work: Omit<WorkerTask, 'task'>, timeLimitMs: number): Job
  /** Ends the workers. What is pending rejects with `EngineClosedError`. */
  close(): Promise<void>
}

/** A worker ended in the middle of a task; the task may be tried in another. */
export class WorkerDeath extends BaseError {
  override readonly name = 'WorkerDeath'
}

/** A run took longer than its cost allows on any machine in order. */
export class RunTimeoutError extends NodeFaultError {
  override readonly name = 'RunTimeoutError'

  constructor(model: ModelId, timeLimitMs: number) {
    super(`A run of model ${model} was ended after ${timeLimitMs} ms.`, {
      remedy: 'Look at the load of this machine, then send the call again.',
    })
  }
}

/** The engine was closed while the run waited or ran. */
export class EngineClosedError extends NodeFaultError {
  override readonly name = 'EngineClosedError'

  constructor() {
    super('The inference engine is closed.')
  }
}

/** Mostly an abandoned run ends by itself within this time, and its worker keeps its loaded models. */
export const ABANDONED_LIMIT_MS = 1_000

/** What the pool keeps of a task while a worker has it. */
interface TaskState {
  readonly start: () => void
  lastWords: string | undefined
}

/** Worker threads that run models, replaced when they end. Nothing starts before the first task. */
export class WorkerPool implements Pool {
  readonly #options: WorkerPoolOptions
  readonly #tasks = new Map<number, TaskState>()
  #piscina: Piscina<WorkerTask, WorkerAnswer> | undefined
  #nextTask = 0
  #closed = false

  constructor(options: WorkerPoolOptions) {
    this.#options = options
  }

  submit(work: Omit<WorkerTask, 'task'>, timeLimitMs: number): Job {
    const task = this.#nextTask++
    const end = new AbortController()
    let timer: NodeJS.Timeout | undefined
    let limit = timeLimitMs
    let isStarted = false
    const arm = () => {
      clearTimeout(timer)
      timer = setTimeout(() => end.abort(new RunTimeoutError(work.model.id, limit)), limit)
    }
    const state: TaskState = {
      lastWords: undefined,
      start() {
        isStarted = true
        arm()
      },
    }
    this.#tasks.set(task, state)
    const answer = this.#run({ ...work, task }, state, end.signal).finally(() => {
      clearTimeout(timer)
      this.#tasks.delete(task)
    })
    return {
      answer,
      abandon: () => {
        limit = Math.min(limit, ABANDONED_LIMIT_MS)
        if (isStarted) arm()
        else end.abort(new WorkerDeath('The task was abandoned before it started.'))
      },
    }
  }

  async close(): Promise<void> {
    this.#closed = true
    await this.#piscina?.destroy()
  }

  async #run(task: WorkerTask, state: TaskState, signal: AbortSignal): Promise<WorkerAnswer> {
    if (this.#closed) throw new EngineClosedError()
    this.#piscina ??= this.#startPool()
    try {
      return await this.#piscina.run(task, { signal })
    } catch (error) {
      if (signal.aborted) throw signal.reason
      if (this.#closed) throw new EngineClosedError()
      const cause = error instanceof Error ? error.message : String(error)
      throw new WorkerDeath(state.lastWords ?? cause, { cause: error })
    }
  }

  #startPool(): Piscina<WorkerTask, WorkerAnswer> {
    const { entry, threads, sessionBytes, onIdleFault } = this.#options
    const pool = new Piscina<WorkerTask, WorkerAnswer>({
      // By the package's own name, so that it is the built file even where the sources run.
      filename: createRequire(import.meta.url).resolve(entry),
      minThreads: 1,
      maxThreads: threads,
      idleTimeout: Number.POSITIVE_INFINITY,
      workerData: { sessionBytes } satisfies WorkerSettings,
      // Loaders and inspectors of the main thread are none of the workers' business.
      execArgv: [],
      recordTiming: false,
    })
    pool.on('message', (notice: WorkerNotice) => {
      const state = this.#tasks.get(notice.task)
      if (!state) return
      if (notice.type === 'started') state.start()
      else state.lastWords = notice.cause
    })
    pool.on('error', (cause: unknown) => {
      onIdleFault(new NodeFaultError('An idle inference worker ended.', { cause }))
    })
    return pool
  }
}
