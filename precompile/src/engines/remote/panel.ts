import type { Model } from '../../model/model.js'
import type { Tensor } from '../../tensor.js'
import type { Engine } from '../engine.js'
import type { RemoteAddress } from './address.js'
import { withDeadline } from './deadline.js'
import { Endpoint } from './endpoint.js'
import { RemoteFaultError } from './errors.js'
import { Expectations } from './expectation.js'
import type { RemoteSettings } from './options.js'
import { tryModel, type Verdict } from './trial.js'

const EXAMINATION_MS = 5_000
/** Of one known answer. A model that a remote has not loaded yet takes a while. */
const TRIAL_MS = 15_000
/** Times as long as the local engine. */
const TOO_SLOW = 10

/** The remotes: looks after them, and finds those that may answer for a model. */
export class Panel {
  readonly endpoints: readonly Endpoint[]
  readonly #settings: RemoteSettings
  readonly #local: Engine
  readonly #closing = new AbortController()
  readonly #expectations = new Expectations()
  readonly #trials = new Map<string, Promise<void>>()
  readonly #lastTrials = new Map<Endpoint, Promise<void>>()
  #examination: Promise<void> | undefined
  #timer: NodeJS.Timeout | undefined

  constructor(addresses: readonly RemoteAddress[], settings: RemoteSettings, local: Engine) {
    this.#settings = settings
    this.#local = local
    this.endpoints = addresses.map(
      (address) => new Endpoint(address, settings.maxInFlight, settings.onEvent),
    )
  }

  /** Asks every remote how it is, and again and again from then on. */
  start(): Promise<void> {
    this.#examination ??= this.#examineAll()
    return this.#examination
  }

  /** Remotes that may answer for a model now, the least busy first. Starts what is missing for the others to. */
  serving(model: Model): Endpoint[] {
    void this.start()
    for (const endpoint of this.endpoints) {
      if (endpoint.needsTrial(model.id)) void this.#try(endpoint, model)
    }
    return this.endpoints
      .filter((one) => one.serves(model.id) && one.inFlight < this.#settings.maxInFlight)
      .sort((a, b) => a.inFlight - b.inFlight || a.counts.asked - b.counts.asked)
  }

  /** Asks every remote how it is and, those that are up, for the known answers of a model. Never rejects. */
  async prepare(model: Model): Promise<void> {
    await this.start()
    const due = this.endpoints.filter((endpoint) => endpoint.needsTrial(model.id))
    await Promise.all(due.map((endpoint) => this.#try(endpoint, model)))
  }

  /**
   * Asks one remote for an inference, and counts what came of it.
   * @throws RemoteFaultError when there is no usable answer; the remote is then left alone for a while
   * @throws the signal's reason, which is no fault of the remote unless it is a RemoteFaultError
   */
  async ask(
    endpoint: Endpoint,
    model: Model,
    inputs: readonly Tensor[],
    signal: AbortSignal,
  ): Promise<readonly Tensor[]> {
    endpoint.counts.asked++
    endpoint.inFlight++
    const started = performance.now()
    try {
      const outputs = await this.#infer(endpoint, model, inputs, signal)
      this.#weigh(endpoint, model, performance.now() - started)
      return outputs
    } catch (error) {
      if (error instanceof RemoteFaultError && !this.#closing.signal.aborted) {
        endpoint.counts.failed++
        endpoint.failed(error.shortMessage)
      }
      throw error
    } finally {
      endpoint.inFlight--
    }
  }

  /** An answer that took much longer than it does here costs blocks more than it saves. It counts, and may be the last. */
  #weigh(endpoint: Endpoint, { id }: Model, ms: number): void {
    endpoint.counts.answered++
    const longest = Math.max(this.#settings.hedgeMs, TOO_SLOW * endpoint.localMs(id))
    if (ms <= longest) endpoint.succeeded()
    else endpoint.failed(`it took ${Math.ceil(ms)} ms, of at most ${Math.ceil(longest)}`)
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer)
    this.#closing.abort(new RemoteFaultError('the engine is closed'))
    for (const { server } of this.endpoints) server.close()
    await Promise.all([this.#examination, ...this.#lastTrials.values()])
  }

  #infer(endpoint: Endpoint, model: Model, inputs: readonly Tensor[], signal: AbortSignal) {
    const { server, build } = endpoint
    const what = { model, name: this.#nameOf(model), binary: build?.binary ?? false }
    return server.infer(what, inputs, this.#expectations.of(model, inputs), signal)
  }

  /** What remotes call a model. */
  #nameOf({ id }: Model): string {
    return this.#settings.modelName.replaceAll('{id}', id).replaceAll('{hex}', id.slice(2))
  }

  async #examineAll(): Promise<void> {
    await Promise.all(this.endpoints.filter(({ isDue }) => isDue).map((one) => this.#examine(one)))
    if (this.#closing.signal.aborted) return
    this.#timer = setTimeout(() => {
      this.#examination = this.#examineAll()
    }, this.#settings.healthIntervalMs).unref()
  }

  async #examine(endpoint: Endpoint): Promise<void> {
    const closing = this.#closing.signal
    try {
      const { server } = endpoint
      endpoint.found(await withDeadline(EXAMINATION_MS, closing, (end) => server.examine(end)))
    } catch (error) {
      if (!closing.aborted) endpoint.failed(wordsOf(error))
    }
  }

  /** One at a time for each remote: the local engine is asked the same, and has blocks to build. */
  #try(endpoint: Endpoint, model: Model): Promise<void> {
    const key = `${endpoint.label} ${model.id}`
    const underWay = this.#trials.get(key)
    if (underWay) return underWay
    const earlier = this.#lastTrials.get(endpoint) ?? Promise.resolve()
    const trial = earlier
      .then(() => this.#judge(endpoint, model))
      .finally(() => this.#trials.delete(key))
    this.#trials.set(key, trial)
    this.#lastTrials.set(endpoint, trial)
    return trial
  }

  async #judge(endpoint: Endpoint, model: Model): Promise<void> {
    const closing = this.#closing.signal
    if (closing.aborted || !endpoint.needsTrial(model.id)) return
    const build = endpoint.buildText
    const verdict = await this.#verdictOn(endpoint, model)
    // What became of another build's trial says nothing about this one.
    if (!closing.aborted && endpoint.buildText === build) endpoint.judge(model.id, verdict)
  }

  async #verdictOn(endpoint: Endpoint, model: Model): Promise<Verdict> {
    const closing = this.#closing.signal
    const timed = <T>(work: (signal: AbortSignal) => Promise<T>) =>
      withDeadline(TRIAL_MS, closing, work)
    try {
      const name = this.#nameOf(model)
      if (!(await timed((signal) => endpoint.server.hasModel(name, signal)))) {
        return { type: 'absent', reason: `it has no model ${name}` }
      }
      const ask = (inputs: readonly Tensor[]) =>
        timed((signal) => this.#infer(endpoint, model, inputs, signal))
      return await tryModel(model, ask, this.#local, closing)
    } catch (error) {
      // Also where the local engine failed: whoever asks it for an inference hears of that.
      return { type: 'absent', reason: wordsOf(error) }
    }
  }
}

function wordsOf(error: unknown): string {
  if (error instanceof RemoteFaultError) return error.shortMessage
  return error instanceof Error ? (error.message.split('\n', 1)[0] as string) : String(error)
}
