import { randomInt } from 'node:crypto'
import type { Model } from '../../model/model.js'
import type { Tensor } from '../../tensor.js'
import { type Engine, GraphRejectedError, type RunOptions } from '../engine.js'
import { parseAddresses } from './address.js'
import { holdBallot, type Vote } from './ballot.js'
import { sameTensors } from './compare.js'
import { withDeadline } from './deadline.js'
import type { Endpoint } from './endpoint.js'
import { type RemoteOptions, type RemoteSettings, remoteSettings } from './options.js'
import { Panel } from './panel.js'
import { type RemoteReport, type RemoteRuns, reportEndpoint } from './report.js'

export interface RemoteEngineOptions extends RemoteOptions {
  /** Runs what no remote may, and decides where remotes are wrong. It is closed with this engine. */
  readonly local: Engine
}

/** An engine whose exact models other machines run. */
export interface RemoteEngine extends Engine {
  /** What became of the remotes so far. */
  report(): RemoteReport
  /**
   * Looks for the remotes and holds those that are there to the known answers of a model, where one is given, instead of
   * beside its first runs. Never rejects.
   */
  prepare(model?: Model): Promise<void>
}

/**
 * Exact models on other machines, behind any server of the Open Inference Protocol v2. A remote decides how soon an
 * answer is there, never what it is, as far as `verify` reaches; what no remote answers in time runs on the local
 * engine. Nothing is sent before the first exact model runs.
 * @throws RemoteOptionsError
 * @example
 * const engine = createRemoteEngine({
 *   endpoints: ['http://gpu-1:8000', 'http://gpu-2:8000'],
 *   local: createEngines(),
 * })
 * const outputs = await engine.run(exactModel, inputs)
 * await engine.close()
 */
export function createRemoteEngine({ local, ...options }: RemoteEngineOptions): RemoteEngine {
  const settings = remoteSettings(options)
  const addresses = parseAddresses(settings.endpoints)
  return new Remotes(settings, new Panel(addresses, settings, local), local)
}

const SHARES = 2 ** 32

class Remotes implements RemoteEngine {
  readonly #settings: RemoteSettings
  readonly #panel: Panel
  readonly #local: Engine
  #isClosed = false
  readonly #runs: RemoteRuns = {
    agreed: 0,
    single: 0,
    watched: 0,
    unserved: 0,
    late: 0,
    contradicted: 0,
    sampled: 0,
  }

  constructor(settings: RemoteSettings, panel: Panel, local: Engine) {
    this.#settings = settings
    this.#panel = panel
    this.#local = local
  }

  get runtimeId() {
    return this.#local.runtimeId
  }

  get exactRuntimeId() {
    return this.#local.exactRuntimeId ?? this.#local.runtimeId
  }

  get device() {
    return this.#local.device
  }

  async run(model: Model, inputs: readonly Tensor[], options: RunOptions = {}) {
    if (model.class !== 'exact' || this.#isClosed) return this.#local.run(model, inputs, options)
    const serving = this.#panel.serving(model)
    if (serving.length === 0) {
      this.#runs.unserved++
      return this.#local.run(model, inputs, options)
    }
    const question: Question = { model, inputs, options }
    const { verify } = this.#settings
    if (verify === 'sample') return this.#trustOne(question, serving)
    const several = verify === 'quorum' ? ofTwoBuilds(serving) : undefined
    return several ? this.#trustTwo(question, several) : this.#watch(question, serving)
  }

  async warm(model: Model, options: RunOptions = {}) {
    if (model.class === 'exact' && !this.#isClosed) this.#panel.serving(model)
    // Whether a model can be loaded is for the canonical engine to say, on every machine.
    await this.#local.warm(model, options)
  }

  async prepare(model?: Model) {
    if (this.#isClosed) return
    await this.#panel.start()
    if (model?.class === 'exact') await this.#panel.prepare(model)
  }

  report(): RemoteReport {
    const { verify, sampleShare } = this.#settings
    const endpoints = this.#panel.endpoints.map(reportEndpoint)
    return { verify, sampleShare, runs: { ...this.#runs }, endpoints }
  }

  async close() {
    this.#isClosed = true
    await Promise.all([this.#panel.close(), this.#local.close()])
  }

  /** The local engine answers. A remote is asked beside it, and nobody waits for that one. */
  async #watch(question: Question, [endpoint]: readonly Endpoint[]) {
    this.#runs.watched++
    const { model, inputs, options } = question
    const answer = this.#local.run(model, inputs, options)
    if (endpoint) void this.#compareLater(question, endpoint, answer)
    return answer
  }

  async #compareLater(
    { model, inputs }: Question,
    endpoint: Endpoint,
    answer: Promise<readonly Tensor[]>,
  ): Promise<void> {
    try {
      const { deadlineMs } = this.#settings
      const asked = withDeadline(deadlineMs, undefined, (signal) =>
        this.#panel.ask(endpoint, model, inputs, signal),
      )
      const [want, outputs] = await Promise.all([settle(answer), asked])
      if (want) this.#judge(model, [{ endpoint, outputs }], want)
    } catch {
      // A remote that gives nothing has been counted, and whoever asked the local engine hears of its faults.
    }
  }

  async #trustTwo(question: Question, endpoints: readonly Endpoint[]) {
    const votes = await this.#ballot(question, endpoints, 2, (votes) =>
      votes.length < 2
        ? false
        : !allSame(votes) || ofTwoBuilds(votes.map(toEndpoint)) !== undefined,
    )
    if (!allSame(votes)) return this.#decideHere(question, votes, 'contradicted')
    const [vote] = votes
    if (!vote || !ofTwoBuilds(votes.map(toEndpoint))) {
      return this.#decideHere(question, votes, 'late')
    }
    this.#runs.agreed++
    return this.#isSampled() ? this.#decideHere(question, votes, 'sampled') : vote.outputs
  }

  async #trustOne(question: Question, endpoints: readonly Endpoint[]) {
    const votes = await this.#ballot(question, endpoints, 1, ({ length }) => length > 0)
    const [vote] = votes
    if (!vote) return this.#decideHere(question, votes, 'late')
    this.#runs.single++
    if (this.#isSampled()) return this.#decideHere(question, votes, 'sampled')
    question.options.onUnverified?.()
    return vote.outputs
  }

  #ballot(
    { model, inputs, options }: Question,
    endpoints: readonly Endpoint[],
    atOnce: number,
    isDecided: (votes: readonly Vote[]) => boolean,
  ): Promise<readonly Vote[]> {
    const { hedgeMs, deadlineMs } = this.#settings
    return holdBallot({
      endpoints,
      atOnce,
      hedgeMs,
      deadlineMs,
      signal: options.signal,
      ask: (endpoint, signal) => this.#panel.ask(endpoint, model, inputs, signal),
      isDecided,
    })
  }

  /** No remote can foresee which of its answers this picks. It decides what is checked, never what comes out. */
  #isSampled(): boolean {
    return randomInt(SHARES) < this.#settings.sampleShare * SHARES
  }

  /** The local engine decides, and remotes that answered otherwise are taken out. */
  async #decideHere(
    { model, inputs, options }: Question,
    votes: readonly Vote[],
    because: 'contradicted' | 'late' | 'sampled',
  ): Promise<readonly Tensor[]> {
    this.#runs[because]++
    const answer = this.#local.run(model, inputs, options)
    const want = await settle(answer)
    if (want) this.#judge(model, votes, want)
    return answer
  }

  #judge({ id }: Model, votes: readonly Vote[], want: LocalAnswer): void {
    for (const { endpoint, outputs } of votes) {
      endpoint.counts.verified++
      if (want.outputs && sameTensors(outputs, want.outputs)) continue
      endpoint.counts.wrong++
      endpoint.expel(`it answered otherwise than the local engine on model ${id}`)
    }
  }
}

interface Question {
  readonly model: Model
  readonly inputs: readonly Tensor[]
  readonly options: RunOptions
}

/** What the local engine says; no outputs where the graph takes no such values. */
interface LocalAnswer {
  readonly outputs?: readonly Tensor[]
}

/** Undefined where this machine failed, which says nothing about any other. */
async function settle(answer: Promise<readonly Tensor[]>): Promise<LocalAnswer | undefined> {
  try {
    return { outputs: await answer }
  } catch (error) {
    if (error instanceof GraphRejectedError) return {}
    return undefined
  }
}

/** The endpoints such that the first two are of different builds; undefined where there are no two such. */
function ofTwoBuilds(endpoints: readonly Endpoint[]): readonly Endpoint[] | undefined {
  const [first] = endpoints
  const other = endpoints.find(({ buildText }) => buildText !== first?.buildText)
  if (!first || !other) return undefined
  return [first, other, ...endpoints.filter((one) => one !== first && one !== other)]
}

function allSame(votes: readonly Vote[]): boolean {
  return votes.every(({ outputs }) => sameTensors(outputs, (votes[0] as Vote).outputs))
}

function toEndpoint({ endpoint }: Vote): Endpoint {
  return endpoint
}
