import { NodeFaultError } from '../errors.js'
import type { Model, ModelId } from '../model/model.js'
import type { Tensor } from '../tensor.js'
import {
  type Engine,
  EngineUnavailableError,
  GraphRejectedError,
  type RunOptions,
  type RuntimeId,
} from './engine.js'
import type { WorkerAnswer, WorkerTask } from './messages.js'
import { type Pool, WorkerDeath } from './pool.js'
import { RuntimeMismatchError } from './runtime.js'

export interface PooledEngineOptions {
  readonly runtimeId: RuntimeId
  readonly pool: Pool
  /** How often a run is tried in all when its worker dies. */
  readonly attempts: number
  /** Told of each worker that had to be replaced. */
  readonly onFault: (fault: NodeFaultError) => void
  /** Throws for a model that is not this engine's. */
  readonly admit?: (model: Model) => void
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

const DEFAULT_TIME_LIMIT_MS = 300_000

/** An engine whose runs happen in the workers of a pool. */
export function createPooledEngine(options: PooledEngineOptions): Engine {
  const { pool, attempts, onFault, admit = () => {} } = options
  const share = createShare()
  let device: string | undefined

  async function perform(
    model: Model,
    inputs: readonly Tensor[] | undefined,
    { signal, timeLimitMs = DEFAULT_TIME_LIMIT_MS }: RunOptions,
  ): Promise<readonly Tensor[]> {
    admit(model)
    const work = { model: share(model), ...(inputs && { inputs }) }
    for (let attempt = 1; ; attempt++) {
      signal?.throwIfAborted()
      const job = pool.submit(work, timeLimitMs)
      try {
        const answer = await abortable(job.answer, signal, () => job.abandon())
        if (answer.type === 'outputs') device = answer.device
        return outputsOf(model.id, options.runtimeId, answer)
      } catch (error) {
        if (!(error instanceof WorkerDeath)) throw error
        const died = new WorkerDiedError(model.id, error)
        onFault(died)
        if (attempt < attempts) continue
        throw died
      }
    }
  }

  return {
    runtimeId: options.runtimeId,
    get device() {
      return device
    },
    run: (model, inputs, runOptions = {}) => perform(model, inputs.map(detach), runOptions),
    warm: async (model, runOptions = {}) => {
      await perform(model, undefined, runOptions)
    },
    close: () => pool.close(),
  }
}

/** Models as workers take them, each made once. */
function createShare(): (model: Model) => WorkerTask['model'] {
  const shared = new WeakMap<Model, WorkerTask['model']>()
  return (model) => {
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
}

/** Measured: a session of one node takes 80 KiB, each further node 1.4 KiB, and weights may be packed a second time. */
function sessionBytesOf({ bytes, loadCost }: Model): number {
  return 80 * 1024 + 2 * bytes.length + 1536 * loadCost.nodes
}

function outputsOf(model: ModelId, { engine }: RuntimeId, answer: WorkerAnswer): readonly Tensor[] {
  switch (answer.type) {
    case 'outputs':
      return answer.outputs
    case 'rejected':
      throw new GraphRejectedError(model, answer.reason)
    case 'mismatch':
      throw new RuntimeMismatchError(answer.what, answer.want, answer.got)
    case 'unavailable':
      throw new EngineUnavailableError(engine, answer.reason)
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
