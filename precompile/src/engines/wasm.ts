import { availableParallelism, endianness, totalmem } from 'node:os'
import type { NodeFaultError } from '../errors.js'
import type { Engine } from './engine.js'
import { WorkerPool } from './pool.js'
import { createPooledEngine } from './pooledEngine.js'
import { CANONICAL_RUNTIME, RuntimeMismatchError } from './runtime.js'

export interface WasmEngineOptions {
  /** Worker threads. Default: one a core, less one for the thread that calls, at least one. */
  readonly threads?: number
  /** Bytes that the sessions which each worker keeps loaded may take together. Default: a share of the machine's, 512 MiB to 2 GiB. */
  readonly sessionBytes?: number
  /** Told of each worker that had to be replaced. */
  readonly onFault?: (fault: NodeFaultError) => void
}

const MEBI = 2 ** 20

/**
 * What each of the workers of a machine may keep loaded: together a quarter of the memory, of which a worker's
 * address space of 4 GiB takes half at most. It decides how often a model is loaded, never what it answers.
 */
export function defaultSessionBytes(workers: number): number {
  return Math.min(2048 * MEBI, Math.max(512 * MEBI, Math.floor(totalmem() / 4 / workers)))
}

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
  const { onFault = () => {}, threads = defaultWorkers() } = options
  return createPooledEngine({
    runtimeId: CANONICAL_RUNTIME,
    pool: new WorkerPool({
      entry: '@lockstep/precompile/worker',
      threads,
      sessionBytes: options.sessionBytes ?? defaultSessionBytes(threads),
      onIdleFault: onFault,
    }),
    attempts: 2,
    onFault,
  })
}

/** One a core, less one for the thread that calls, at least one. */
export function defaultWorkers(): number {
  return Math.max(1, availableParallelism() - 1)
}
