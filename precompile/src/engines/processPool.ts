import { type ChildProcess, fork } from 'node:child_process'
import { createRequire } from 'node:module'
import { NodeFaultError } from '../errors.js'
import type { ProcessReply, ProcessRequest, WorkerAnswer, WorkerTask } from './messages.js'
import {
  ABANDONED_LIMIT_MS,
  EngineClosedError,
  type Job,
  type Pool,
  RunTimeoutError,
  WorkerDeath,
} from './pool.js'

export interface ProcessPoolOptions {
  /** What the processes run, as this package exports it. */
  readonly entry: string
  readonly args: readonly string[]
  readonly processes: number
  /** Told of a process that ended while it had nothing to do. */
  readonly onIdleFault: (fault: NodeFaultError) => void
}

/** Characters of a process's last words that are kept. */
const LAST_WORDS = 400

/**
 * Child processes that run models, replaced when they end. For engines that a thread cannot hold: native code that
 * crashes, or whose thread is ended in the middle of a run, takes its whole process with it.
 */
export class ProcessPool implements Pool {
  readonly #options: ProcessPoolOptions
  readonly #filename: string
  readonly #processes = new Set<RunnerProcess>()
  readonly #waiting: ProcessJob[] = []
  #nextTask = 0
  #closed = false

  constructor(options: ProcessPoolOptions) {
    this.#options = options
    this.#filename = createRequire(import.meta.url).resolve(options.entry)
  }

  submit(work: Omit<WorkerTask, 'task'>, timeLimitMs: number): Job {
    const job = new ProcessJob({ ...work, task: this.#nextTask++ }, timeLimitMs, () => {
      this.#waiting.splice(this.#waiting.indexOf(job), 1)
    })
    if (this.#closed) job.fail(new EngineClosedError())
    else {
      this.#waiting.push(job)
      this.#assign()
    }
    return job
  }

  async close(): Promise<void> {
    this.#closed = true
    for (const job of this.#waiting.splice(0)) job.fail(new EngineClosedError())
    await Promise.all([...this.#processes].map((process) => process.end(new EngineClosedError())))
  }

  #assign(): void {
    while (this.#waiting.length > 0) {
      const process = this.#freeProcess()
      if (!process) return
      process.take(this.#waiting.shift() as ProcessJob)
    }
  }

  #freeProcess(): RunnerProcess | undefined {
    for (const process of this.#processes) if (process.isFree) return process
    if (this.#processes.size >= this.#options.processes) return undefined
    const process = new RunnerProcess(
      fork(this.#filename, [...this.#options.args], {
        // Loaders and inspectors of this process are none of theirs.
        execArgv: [],
        serialization: 'advanced',
        stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      }),
    )
    process.onFree = () => this.#assign()
    process.onEnd = (lastWords) => {
      this.#processes.delete(process)
      if (lastWords !== undefined && !this.#closed) this.#options.onIdleFault(idleFault(lastWords))
      this.#assign()
    }
    this.#processes.add(process)
    return process
  }
}

function idleFault(lastWords: string): NodeFaultError {
  return new NodeFaultError(`An idle inference process ended: ${lastWords}`)
}

/** A task on its way to a process and back. */
class ProcessJob implements Job {
  readonly answer: Promise<WorkerAnswer>
  settle!: (answer: WorkerAnswer) => void
  fail!: (error: Error) => void
  #limitMs: number
  #timer: NodeJS.Timeout | undefined
  #end: ((error: Error) => void) | undefined

  constructor(
    readonly task: WorkerTask,
    limitMs: number,
    private readonly leaveQueue: () => void,
  ) {
    this.#limitMs = limitMs
    this.answer = new Promise<WorkerAnswer>((resolve, reject) => {
      this.settle = resolve
      this.fail = reject
    }).finally(() => clearTimeout(this.#timer))
    // Whoever waits has this promise's rejection; a job that is abandoned has nobody.
    this.answer.catch(() => {})
  }

  /** @param end - Ends the process and rejects the job. */
  start(end: (error: Error) => void): void {
    this.#end = end
    this.#arm()
  }

  abandon(): void {
    this.#limitMs = Math.min(this.#limitMs, ABANDONED_LIMIT_MS)
    if (this.#end) {
      this.#arm()
      return
    }
    this.leaveQueue()
    this.fail(new WorkerDeath('The task was abandoned before it started.'))
  }

  #arm(): void {
    clearTimeout(this.#timer)
    const limit = this.#limitMs
    this.#timer = setTimeout(() => {
      this.#end?.(new RunTimeoutError(this.task.model.id, limit))
    }, limit)
  }
}

/** One child process, with at most one job. */
class RunnerProcess {
  onFree = (): void => {}
  /** @param lastWords - Undefined when the end was wanted, or its job has been told. */
  onEnd = (_lastWords: string | undefined): void => {}
  readonly #child: ChildProcess
  readonly #ended: Promise<void>
  #job: ProcessJob | undefined
  #isEnding = false
  #lastWords = ''

  constructor(child: ChildProcess) {
    this.#child = child
    this.#ended = new Promise((resolve) => {
      const end = (cause: string) => {
        resolve()
        this.#onEnd(cause)
      }
      child.once('exit', (code, signal) => end(`the process ended with ${signal ?? code}`))
      child.once('error', (error) => end(error.message))
    })
    child.on('message', (reply: ProcessReply) => this.#hear(reply))
    child.stderr?.on('data', (text: Buffer) => {
      this.#lastWords = `${this.#lastWords}${text}`.slice(-LAST_WORDS)
    })
    this.#hold(false)
  }

  get isFree(): boolean {
    return !this.#job && !this.#isEnding
  }

  take(job: ProcessJob): void {
    this.#job = job
    this.#hold(true)
    job.start((error) => void this.end(error))
    this.#ask(job)
  }

  /** Ends the process; its job, if it has one, rejects with the error. */
  async end(error: Error): Promise<void> {
    this.#isEnding = true
    this.#job?.fail(error)
    this.#job = undefined
    this.#hold(true)
    this.#child.kill('SIGKILL')
    await this.#ended
  }

  #hear({ task, answer }: ProcessReply): void {
    const job = this.#job
    if (!job || task !== job.task.task) return
    if (answer.type === 'unloaded') {
      this.#ask(job, new Uint8Array(job.task.model.bytes))
      return
    }
    this.#job = undefined
    this.#hold(false)
    job.settle(answer)
    this.onFree()
  }

  #ask({ task: { task, model, inputs } }: ProcessJob, bytes?: Uint8Array): void {
    const { bytes: _, ...known } = model
    const request: ProcessRequest = {
      task,
      model: { ...known, ...(bytes && { bytes }) },
      ...(inputs && { inputs }),
    }
    // A process that has just ended cannot be told; its end is heard by itself.
    this.#child.send(request, () => {})
  }

  #onEnd(cause: string): void {
    const words = `${cause}${this.#lastWords ? `: ${this.#lastWords.trim()}` : ''}`
    const wasIdle = !this.#isEnding && !this.#job
    this.#isEnding = true
    this.#job?.fail(new WorkerDeath(words))
    this.#job = undefined
    this.onEnd(wasIdle ? words : undefined)
  }

  /** Whether this process must live on for the child's sake. */
  #hold(isHeld: boolean): void {
    const { channel } = this.#child
    const stderr = this.#child.stderr as (NodeJS.ReadableStream & RefCounted) | null
    for (const handle of [this.#child as RefCounted, channel as RefCounted | undefined, stderr]) {
      if (isHeld) handle?.ref()
      else handle?.unref()
    }
  }
}

interface RefCounted {
  ref(): void
  unref(): void
}
