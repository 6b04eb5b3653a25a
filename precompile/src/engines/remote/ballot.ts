import type { Tensor } from '../../tensor.js'
import { withDeadline } from './deadline.js'
import type { Endpoint } from './endpoint.js'
import { RemoteFaultError } from './errors.js'

/** What one remote answered. */
export interface Vote {
  readonly endpoint: Endpoint
  readonly outputs: readonly Tensor[]
}

export interface BallotOptions {
  /** In the order in which they are asked. */
  readonly endpoints: readonly Endpoint[]
  /** How many are asked at once. */
  readonly atOnce: number
  /** Milliseconds after which one more is asked. */
  readonly hedgeMs: number
  /** Milliseconds after which it is over. */
  readonly deadlineMs: number
  readonly signal: AbortSignal | undefined
  /** @throws RemoteFaultError */
  ask(endpoint: Endpoint, signal: AbortSignal): Promise<readonly Tensor[]>
  /** Whether no further answer is needed. */
  isDecided(votes: readonly Vote[]): boolean
}

/** Superseded questions end with this: it is no fault of whom they were put to. */
const DECIDED = Symbol('decided')

/**
 * Asks remotes the same until what came in decides: some at once, one more for each that fails or when those that were
 * asked take long.
 * @returns what came in, whether it decides or not.
 * @throws the signal's reason
 */
export async function holdBallot(options: BallotOptions): Promise<readonly Vote[]> {
  const votes: Vote[] = []
  const end = new AbortController()
  try {
    await withDeadline(options.deadlineMs, options.signal, (deadline) => {
      deadline.addEventListener('abort', () => end.abort(deadline.reason), { once: true })
      return collect(options, votes, end.signal)
    })
  } catch (error) {
    // At the deadline, what has come in by then is all there is.
    if (!(error instanceof RemoteFaultError)) throw error
  } finally {
    end.abort(DECIDED)
  }
  return votes
}

function collect(options: BallotOptions, votes: Vote[], signal: AbortSignal): Promise<void> {
  const { endpoints, atOnce, hedgeMs, ask, isDecided } = options
  return new Promise((resolve, reject) => {
    let asked = 0
    let pending = 0
    const next = () => {
      const endpoint = endpoints[asked]
      if (!endpoint) return
      asked++
      pending++
      ask(endpoint, signal).then(
        (outputs) => hear({ endpoint, outputs }),
        () => hear(undefined),
      )
    }
    const hedge = setInterval(next, hedgeMs)
    const finish = (done: () => void) => {
      clearInterval(hedge)
      done()
    }
    const hear = (vote: Vote | undefined) => {
      if (signal.aborted) return
      pending--
      if (vote) votes.push(vote)
      if (isDecided(votes)) return finish(resolve)
      if (!vote) next()
      if (pending === 0) finish(resolve)
    }
    signal.addEventListener('abort', () => finish(() => reject(signal.reason)), { once: true })
    for (let i = 0; i < atOnce; i++) next()
  })
}
