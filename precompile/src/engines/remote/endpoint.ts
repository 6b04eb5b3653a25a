import { randomInt } from 'node:crypto'
import { LRUCache } from 'lru-cache'
import type { ModelId } from '../../model/model.js'
import type { RemoteAddress } from './address.js'
import type { RemoteEvent } from './options.js'
import { type Build, RemoteServer } from './server.js'
import type { Verdict } from './trial.js'

/** Where a remote stands with one model. `due` says from when on it may be tried again. */
export type Standing =
  | { readonly type: 'absent'; readonly reason: string; readonly due: number }
  | { readonly type: 'wrong'; readonly reason: string }
  /** `localMs`: what the local engine takes for a run. */
  | { readonly type: 'right'; readonly reason: string; readonly localMs: number }

export interface EndpointCounts {
  /** Inferences that it was asked for. */
  asked: number
  /** Answers of the right types and shapes that came in time. */
  answered: number
  /** Answers that were compared with the local engine's. */
  verified: number
  /** Answers of which the local engine's differed. */
  wrong: number
  /** Questions without a usable answer. */
  failed: number
}

const FIRST_SUSPENSION_MS = 1_000
const LONGEST_SUSPENSION_MS = 300_000
/** Good answers that make up for one failure: a remote that fails every other time is left alone for longer and longer. */
const ANSWERS_PER_FAILURE = 20
const RETRIAL_MS = 10_000
const KEPT_MODELS = 1_024

/** One remote: whether it is there, what it is trusted with, what it did. */
export class Endpoint {
  readonly label: string
  readonly server: RemoteServer
  readonly counts: EndpointCounts = { asked: 0, answered: 0, verified: 0, wrong: 0, failed: 0 }
  build: Build | undefined
  inFlight = 0
  #state: 'untried' | 'up' | 'down' | 'out' = 'untried'
  #reason = 'not asked yet'
  #failures = 0
  #sinceFailure = 0
  #suspendedUntil = 0
  readonly #standings = new LRUCache<ModelId, Standing>({ max: KEPT_MODELS })

  constructor(
    address: RemoteAddress,
    maxInFlight: number,
    private readonly onEvent: (event: RemoteEvent) => void,
  ) {
    this.label = address.label
    this.server = new RemoteServer(address, maxInFlight)
  }

  get state() {
    return this.#state
  }

  /** Why it is in this state, as one clause. */
  get reason() {
    return this.#reason
  }

  /** Name and version, which tell whether two remotes compute alike. Undefined before it was asked. */
  get buildText(): string | undefined {
    return this.build && `${this.build.name} ${this.build.version}`
  }

  get standings(): ReadonlyMap<ModelId, Standing> {
    return new Map(this.#standings.entries())
  }

  /** Whether it may be asked how it is. */
  get isDue(): boolean {
    return this.#state !== 'out' && performance.now() >= this.#suspendedUntil
  }

  serves(id: ModelId): boolean {
    return this.#state === 'up' && this.#standings.get(id)?.type === 'right'
  }

  /** Whether it is up and its known answers for this model are to be asked for now. */
  needsTrial(id: ModelId): boolean {
    if (this.#state !== 'up') return false
    const standing = this.#standings.get(id)
    return !standing || ('due' in standing && performance.now() >= standing.due)
  }

  /** What the local engine takes for a run of a model that this remote serves. */
  localMs(id: ModelId): number {
    const standing = this.#standings.get(id)
    return standing?.type === 'right' ? standing.localMs : 0
  }

  judge(id: ModelId, verdict: Verdict): void {
    const before = this.#standings.get(id)
    const standing = standingOf(verdict)
    this.#standings.set(id, standing)
    if (before?.reason === standing.reason) return
    this.#tell(standing.type === 'right' ? 'serves' : 'refused', `${id}: ${standing.reason}`)
  }

  /** It said how it is. Another build than before has to prove itself anew. */
  found(build: Build): void {
    // What was asked of it before it failed does not bring it back.
    if (!this.isDue) return
    const before = this.buildText
    this.build = build
    const now = this.buildText
    if (before !== undefined && before !== now) this.#standings.clear()
    if (this.#state === 'up' && before === now) return
    this.#state = 'up'
    this.#reason = `${now}, ${build.binary ? 'binary tensors' : 'JSON alone'}`
    this.#tell('up', this.#reason)
  }

  succeeded(): void {
    if (++this.#sinceFailure % ANSWERS_PER_FAILURE === 0) {
      this.#failures = Math.max(0, this.#failures - 1)
    }
  }

  /** It gave no usable answer: it is left alone for a while, twice as long each time. */
  failed(reason: string): void {
    // Questions that were under way together fail together: that is one failure.
    if (!this.isDue) return
    this.#sinceFailure = 0
    const longest = Math.min(FIRST_SUSPENSION_MS * 2 ** this.#failures++, LONGEST_SUSPENSION_MS)
    // Anywhere in the second half of it: clients that failed together do not come back together.
    this.#suspendedUntil = performance.now() + longest - randomInt(longest / 2)
    const isNews = this.#state !== 'down'
    this.#state = 'down'
    this.#reason = reason
    if (isNews) this.#tell('down', reason)
  }

  /** It gave a wrong answer: it is asked nothing any more. */
  expel(reason: string): void {
    if (this.#state === 'out') return
    this.#state = 'out'
    this.#reason = reason
    this.#tell('out', reason)
    this.server.close()
  }

  #tell(type: RemoteEvent['type'], reason: string): void {
    this.onEvent({ endpoint: this.label, type, reason })
  }
}

function standingOf(verdict: Verdict): Standing {
  switch (verdict.type) {
    case 'absent':
      return { ...verdict, due: performance.now() + RETRIAL_MS }
    case 'right': {
      const { runs, localMs } = verdict
      return { type: 'right', reason: `right on ${runs} known answers`, localMs }
    }
    case 'wrong':
      return verdict
  }
}
