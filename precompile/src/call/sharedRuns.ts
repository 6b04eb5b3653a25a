import { LRUCache } from 'lru-cache'
import { type Hex, hashRuntimeId, resultKey } from '../commitment/hash.js'
import { type Engine, GraphRejectedError, type RunOptions } from '../engines/engine.js'
import type { Model } from '../model/model.js'
import type { Tensor } from '../tensor.js'

/** What a finished run gave: outputs, or the engine's verdict that these values cannot be taken. */
export type RunOutcome =
  | { readonly outputs: readonly Tensor[]; readonly rejected?: undefined }
  | { readonly outputs?: undefined; readonly rejected: GraphRejectedError }

/** A run under way, and how many calls wait for it. */
interface Flight {
  readonly outcome: Promise<RunOutcome>
  readonly cancel: AbortController
  waiting: number
}

/** Bytes that an entry takes besides its outputs. */
const ENTRY_OVERHEAD_BYTES = 512

/**
 * Runs each question once. Calls that ask the same at the same time share one run, and finished runs are remembered
 * up to a number of bytes. The key is a pure function of runtime, model and input, so an entry is never stale; a run
 * that failed on this machine leaves nothing behind.
 */
export class SharedRuns {
  readonly engine: Engine
  readonly #runtimeHash: Hex
  readonly #memo: LRUCache<Hex, RunOutcome> | undefined
  readonly #flights = new Map<Hex, Flight>()

  /** @param memoBytes - Bytes of results to remember; 0 for none. */
  constructor(engine: Engine, memoBytes: number) {
    this.engine = engine
    this.#runtimeHash = hashRuntimeId(engine.runtimeId)
    if (memoBytes > 0) {
      this.#memo = new LRUCache({ maxSize: memoBytes, sizeCalculation: outcomeBytes })
    }
  }

  /**
   * @param inputHash - From `hashTensors(inputs)`.
   * @throws NodeFaultError from the engine
   */
  async run(
    model: Model,
    inputs: readonly Tensor[],
    inputHash: Hex,
    { signal, timeLimitMs }: RunOptions,
  ): Promise<RunOutcome> {
    signal?.throwIfAborted()
    const key = resultKey(this.#runtimeHash, model.id, inputHash)
    const known = this.#memo?.get(key)
    if (known) return known
    let flight = this.#flights.get(key)
    if (!flight) {
      const cancel = new AbortController()
      const limit = timeLimitMs === undefined ? {} : { timeLimitMs }
      const outcome = this.#start(key, model, inputs, { signal: cancel.signal, ...limit })
      flight = { outcome, cancel, waiting: 0 }
      this.#flights.set(key, flight)
    }
    return this.#join(key, flight, signal)
  }

  async #start(
    key: Hex,
    model: Model,
    inputs: readonly Tensor[],
    options: RunOptions & { signal: AbortSignal },
  ): Promise<RunOutcome> {
    let isVerified = true
    const onUnverified = () => {
      isVerified = false
    }
    try {
      const outcome = await settle(this.engine.run(model, inputs, { ...options, onUnverified }))
      if (isVerified) this.#memo?.set(key, outcome)
      return outcome
    } finally {
      // An abandoned flight has already made way for another one under its key.
      if (!options.signal.aborted) this.#flights.delete(key)
    }
  }

  /** Waits for a flight; the last one to leave it cancels the run. */
  async #join(key: Hex, flight: Flight, signal: AbortSignal | undefined): Promise<RunOutcome> {
    flight.waiting++
    if (!signal) return flight.outcome
    let onAbort = () => {}
    const aborted = new Promise<never>((_, reject) => {
      onAbort = () => {
        flight.waiting--
        if (flight.waiting === 0) {
          this.#flights.delete(key)
          flight.cancel.abort(signal.reason)
        }
        reject(signal.reason)
      }
      signal.addEventListener('abort', onAbort, { once: true })
    })
    try {
      return await Promise.race([flight.outcome, aborted])
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}

async function settle(run: Promise<readonly Tensor[]>): Promise<RunOutcome> {
  try {
    return { outputs: await run }
  } catch (error) {
    if (error instanceof GraphRejectedError) return { rejected: error }
    throw error
  }
}

function outcomeBytes({ outputs = [] }: RunOutcome): number {
  return outputs.reduce((sum, { data }) => sum + data.byteLength, ENTRY_OVERHEAD_BYTES)
}
