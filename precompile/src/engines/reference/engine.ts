import type { NodeFaultError } from '../../errors.js'
import { assertExact, type Engine } from '../engine.js'
import { WorkerPool } from '../pool.js'
import { createPooledEngine } from '../pooledEngine.js'

export interface ReferenceEngineOptions {
  /** Worker threads. Default 1. */
  readonly threads?: number
  /** Told of each worker that had to be replaced. */
  readonly onFault?: (fault: NodeFaultError) => void
}

/**
 * The reference semantics of exact models in worker threads: plain arithmetic, hundreds of times slower than the
 * others. It settles what the right answer is.
 */
export function createReferenceEngine(options: ReferenceEngineOptions = {}): Engine {
  const { threads = 1, onFault = () => {} } = options
  return createPooledEngine({
    runtimeId: { engine: 'reference', version: '1', binarySha256: '', options: {} },
    pool: new WorkerPool({
      entry: '@lockstep/precompile/reference-worker',
      threads,
      sessionBytes: 0,
      onIdleFault: onFault,
    }),
    attempts: 2,
    onFault,
    admit: (model) => assertExact(model, 'reference'),
  })
}
