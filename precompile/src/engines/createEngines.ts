import { NodeFaultError } from '../errors.js'
import type { Model } from '../model/model.js'
import type { Tensor } from '../tensor.js'
import {
  type EngineCandidate,
  type EngineName,
  type EngineSettings,
  engineCandidate,
} from './candidate.js'
import { type Engine, GraphRejectedError, type RunOptions } from './engine.js'
import { type EngineReport, measureEngine, tryEngine } from './trial.js'
import { createWasmEngine } from './wasm.js'

export interface EnginesOptions extends EngineSettings {
  /** What runs exact models. `auto`: the fastest that is right on this machine. Default `auto`. */
  readonly engine?: EngineName | 'auto'
  /** Engines to choose from beside the canonical one. Default: by `engine`. */
  readonly candidates?: readonly EngineCandidate[]
  /** Told which engine was chosen, and why. */
  readonly onChoice?: (choice: EngineChoice) => void
  /** Told when the chosen engine failed and the canonical one took over. */
  readonly onFallback?: (choice: EngineChoice) => void
}

/** Which engine runs exact models, and why. */
export interface EngineChoice {
  readonly engine: EngineName
  /** As one clause, for a line of a log. */
  readonly reason: string
  /** Of each engine that was tried. */
  readonly reports: readonly EngineReport[]
}

/**
 * Several engines as one. `pinned` models and every verdict on a graph are the canonical engine's; `exact` models go
 * to the chosen one, and back to the canonical one when it fails.
 */
export interface Engines extends Engine {
  /** Tries the engines, unless that has been done, and says which one runs exact models. Never rejects. */
  choose(): Promise<EngineChoice>
}

/**
 * The canonical engine, and beside it the one that is best for exact models here. The others are tried when the first
 * exact model runs or `choose` is called; until one has passed its known-answer test, all runs are on the canonical one.
 * @example
 * const engines = createEngines({ engine: 'auto' })
 * const { engine, reason } = await engines.choose()
 * const outputs = await engines.run(model, inputs)
 * await engines.close()
 */
export function createEngines(options: EnginesOptions = {}): Engines {
  return new EngineSet(options)
}

/** An engine in service, and the models for which it has no kernel. */
interface FastEngine {
  readonly name: EngineName
  readonly engine: Engine
  readonly refused: WeakSet<Model>
}

class EngineSet implements Engines {
  readonly #options: EnginesOptions
  readonly #wasm: Engine
  #fast: FastEngine | undefined
  #choice: Promise<EngineChoice> | undefined
  readonly #closing = new AbortController()

  constructor(options: EnginesOptions) {
    this.#options = options
    this.#wasm = createWasmEngine(options)
  }

  get runtimeId() {
    return this.#wasm.runtimeId
  }

  get exactRuntimeId() {
    return this.#fast?.engine.runtimeId ?? this.#wasm.runtimeId
  }

  choose(): Promise<EngineChoice> {
    this.#choice ??= this.#choose().then((choice) => {
      this.#options.onChoice?.(choice)
      return choice
    })
    return this.#choice
  }

  async run(model: Model, inputs: readonly Tensor[], options: RunOptions = {}) {
    const fast = this.#fastFor(model)
    if (fast) {
      try {
        return await fast.engine.run(model, inputs, options)
      } catch (error) {
        this.#excuse(fast, model, error, options)
      }
    }
    return this.#wasm.run(model, inputs, options)
  }

  async warm(model: Model, options: RunOptions = {}) {
    const fast = this.#fastFor(model)
    const ahead = fast?.engine.warm(model, options).catch((error: unknown) => {
      this.#excuse(fast, model, error, options)
    })
    // Whether a model can be loaded is for the canonical engine to say, on every machine.
    await Promise.all([this.#wasm.warm(model, options), ahead])
  }

  async close() {
    this.#closing.abort()
    await this.#choice
    await Promise.all([this.#wasm.close(), this.#fast?.engine.close()])
  }

  #fastFor(model: Model): FastEngine | undefined {
    if (model.class !== 'exact' || this.#closing.signal.aborted) return undefined
    void this.choose()
    return this.#fast?.refused.has(model) ? undefined : this.#fast
  }

  /** Takes note of a failure that the canonical engine makes good. @throws what it cannot */
  #excuse(fast: FastEngine, model: Model, error: unknown, { signal }: RunOptions): void {
    if (signal?.aborted || this.#closing.signal.aborted) throw error
    if (error instanceof GraphRejectedError) {
      fast.refused.add(model)
      return
    }
    // Runs that were under way together fail together: one of them says so.
    if (this.#fast !== fast) return
    this.#fast = undefined
    void fast.engine.close()
    this.#report(fast.name, error)
  }

  async #report(name: EngineName, error: unknown): Promise<void> {
    const cause = error instanceof Error ? (error.message.split('\n', 1)[0] as string) : `${error}`
    const fault =
      error instanceof NodeFaultError
        ? error
        : new NodeFaultError(`The engine ${name} failed: ${cause}`, { cause: error })
    this.#options.onFault?.(fault)
    const { reports } = await this.choose()
    const choice: EngineChoice = { engine: 'wasm', reason: `${name} failed: ${cause}`, reports }
    this.#choice = Promise.resolve(choice)
    this.#options.onFallback?.(choice)
  }

  async #choose(): Promise<EngineChoice> {
    const { engine = 'auto' } = this.#options
    const candidates = this.#options.candidates ?? this.#candidates(engine)
    if (candidates.length === 0) return { engine: 'wasm', reason: 'as asked', reports: [] }
    const reports: EngineReport[] = []
    const wasmMs = engine === 'auto' ? await this.#measureWasm() : Number.POSITIVE_INFINITY
    let best: { readonly fast: FastEngine; readonly report: EngineReport } | undefined
    for (const candidate of candidates) {
      if (this.#closing.signal.aborted) break
      const { report, engine } = await tryEngine(candidate, this.#closing.signal)
      reports.push(report)
      if (!engine) continue
      const fast = { name: candidate.name, engine, refused: new WeakSet<Model>() }
      const limit = best?.report.medianMs ?? wasmMs
      if ((report.medianMs ?? 0) < limit) {
        await best?.fast.engine.close()
        best = { fast, report }
      } else await engine.close()
    }
    this.#fast = best?.fast
    return { ...describeChoice(best?.report, reports, wasmMs), reports }
  }

  async #measureWasm(): Promise<number> {
    try {
      return await measureEngine(this.#wasm, this.#closing.signal)
    } catch {
      // Whatever ails the canonical engine shows at its next run; any other is faster than one that does not run.
      return Number.POSITIVE_INFINITY
    }
  }

  #candidates(engine: EngineName | 'auto'): EngineCandidate[] {
    if (engine === 'wasm') return []
    const names: readonly EngineName[] = engine === 'auto' ? ['native', 'webgpu'] : [engine]
    const settings = { allowSoftwareGpu: engine === 'webgpu', ...this.#options }
    return names.map((name) => engineCandidate(name, settings))
  }
}

function describeChoice(
  best: EngineReport | undefined,
  reports: readonly EngineReport[],
  wasmMs: number,
): Pick<EngineChoice, 'engine' | 'reason'> {
  const compared = Number.isFinite(wasmMs)
  if (best) {
    const right = `right on ${best.knownAnswers?.cases} known answers`
    const speed = `${milliseconds(best.medianMs)} against wasm's ${milliseconds(wasmMs)}`
    return { engine: best.name, reason: compared ? `${right}, ${speed}` : `as asked, ${right}` }
  }
  const others = reports.map(({ name, works, reason, medianMs }) =>
    works
      ? `${name} takes ${milliseconds(medianMs)} to its ${milliseconds(wasmMs)}`
      : `${name}: ${reason}`,
  )
  return { engine: 'wasm', reason: others.join('; ') || 'it was closed before others were tried' }
}

function milliseconds(value = 0): string {
  return `${value.toFixed(2)} ms`
}
