import { availableParallelism, endianness } from 'node:os'
import { NodeFaultError } from '../errors.js'
import type { Model, ModelId } from '../model/model.js'
import type { Tensor } from '../tensor.js'
import { type Engine, GraphRejectedError, type RunOptions } from './engine.js'
import type { WorkerAnswer, WorkerTask } from './messages.js'
import { WorkerDeath, WorkerPool } from './pool.js'
import { CANONICAL_RUNTIME, RuntimeMismatchError } from './runtime.js'

export interface WasmEngineOptions {
  /** Worker threads. Default: one a core, less one for the thread that calls, at least one. */
  readonly threads?: number
  /** Bytes that the sessions which each worker keeps loaded may take together. Default 512 MiB. */
  readonly sessionBytes?: number
  /** Told of each worker that had to be replaced. */
  readonly onFault?: (fault: NodeFaultError) => void
}

/** A worker died while it ran a model, and so did the one that repeated the run. */
export class WorkerDiedError extends NodeFaultError {
  override readonly name = 'WorkerDiedError'
  readonly model: ModelId

  constructor(model: ModelId, death: WorkerDeath) {
    super(`A worker died while it ran model ${model}: ${death.shortMessage}`, {
      remedy: 'Look at the memory of this machine, then send the call again.',
      cause: death,
    })
    this.model = model
  }
}

const DEFAULT_SESSION_BYTES = 512 * 2 ** 20
const DEFAULT_TIME_LIMIT_MS = 300_000
const ATTEMPTS = 2
/** The one trap that values alone decide: the lowest integer divided by −1. Division by zero is a status. */
const VALUE_TRAP = /divide result unrepresentable/

/**
 * The canonical engine: onnxruntime-web's WebAssembly, one thread a run, in worker threads that are replaced when
 * they die. Nothing starts before the first run.
 * @throws RuntimeMismatchError on a big-endian machine.
 * @example
 * const engine = createWasmEngine({ threads: 2 })
 * const [output] = await engine.run(model, [{ dtype: Dtype.float32, shape: [1, 4], data }])
 * await engine.close()
 */
export function createWasmEngine(options: WasmEngineOptions = {}): Engine {
  if (endianness() !== 'LE') throw new RuntimeMismatchError('byte order', 'LE', endianness())
  const { onFault = () => {}, sessionBytes = DEFAULT_SESSION_BYTES } = options
  const threads = options.threads ?? Math.max(1, availableParallelism() - 1)
  const pool = new WorkerPool({ threads, sessionBytes, onIdleFault: onFault })
  const shared = new WeakMap<Model, WorkerTask['model']>()

  function share(model: Model): WorkerTask['model'] {
    const known = shared.get(model)
    if (known) return known
    const bytes = new SharedArrayBuffer(model.bytes.byteLength)
    new Uint8Array(bytes).set(model.bytes)
    const wire = {
      id: model.id,
      bytes,
      inputNames: model.inputs.map(({ name }) => name),
      outputNames: model.outputs.map(({ name }) => name),
      sessionBytes: sessionBytesOf(model),
    }
    shared.set(model, wire)
    return wire
  }

  async function perform(
    model: Model,
    inputs: readonly Tensor[] | undefined,
    { signal, timeLimitMs = DEFAULT_TIME_LIMIT_MS }: RunOptions,
  ): Promise<readonly Tensor[]> {
    const work = { model: share(model), ...(inputs && { inputs }) }
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted()
      const job = pool.submit(work, timeLimitMs)
      try {
        return outputsOf(model.id, await abortable(job.answer, signal, job.abandon))
      } catch (error) {
        if (!(error instanceof WorkerDeath)) throw error
        const died = new WorkerDiedError(model.id, error)
        onFault(died)
        if (attempt < ATTEMPTS) continue
        if (VALUE_TRAP.test(error.message)) throw new GraphRejectedError(model.id, error.message)
        throw died
      }
    }
  }

  return {
    runtimeId: CANONICAL_RUNTIME,
    run: (model, inputs, runOptions = {}) => perform(model, inputs.map(detach), runOptions),
    warm: async (model, runOptions = {}) => {
      await perform(model, undefined, runOptions)
    },
    close: () => pool.close(),
  }
}

/** Measured: a session of one node takes 80 KiB, each further node 1.4 KiB, and weights may be packed a second time. */
function sessionBytesOf({ bytes, loadCost }: Model): number {
  return 80 * 1024 + 2 * bytes.length + 1536 * loadCost.nodes
}

function outputsOf(model: ModelId, answer: WorkerAnswer): readonly Tensor[] {
  switch (answer.type) {
    case 'outputs':
      return answer.outputs
    case 'rejected':
      throw new GraphRejectedError(model, answer.reason)
    case 'mismatch':
      throw new RuntimeMismatchError(answer.what, answer.want, answer.got)
  }
}

/** Rejects with the signal's reason as soon as it is given, and lets the work know that nobody waits. */
async function abortable<T>(
  work: Promise<T>,
  signal: AbortSignal | undefined,
  abandon: () => void,
): Promise<T> {
  if (!signal) return work
  let onAbort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    onAbort = () => {
      abandon()
      reject(signal.reason)
    }
    signal.addEventListener('abort', onAbort, { once: true })
  })
  try {
    return await Promise.race([work, aborted])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}

/** A message to a worker carries the whole buffer behind a view, so that a view of more than itself is copied. */
function detach(tensor: Tensor): Tensor {
  const { data } = tensor
  return data.byteLength === data.buffer.byteLength
    ? tensor
    : { ...tensor, data: new Uint8Array(data) }
}
