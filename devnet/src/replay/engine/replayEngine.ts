import { availableParallelism } from 'node:os'
import {
  createReferenceEngine,
  createWasmEngine,
  type Engine,
  type EngineName,
  EngineUnavailableError,
  engineCandidate,
  GraphRejectedError,
  type Model,
  type RunOptions,
  type Tensor,
  tryEngine,
} from '@lockstep/precompile'

/** How many runs an engine made, by what decided where they ran. */
export interface RunCounts {
  /** Of models whose bits are those of the canonical engine. */
  pinned: number
  /** Of exact models, on the engine that was asked for. */
  exact: number
  /** Of exact models for which that engine has no kernel, and of which the canonical one is the judge. */
  exactOnWasm: number
}

/** An engine that never lets another one answer in its place without counting it. */
export interface ReplayEngine extends Engine {
  readonly counts: RunCounts
}

/**
 * The engine with a name for exact models, and the canonical one for all others. One that is neither the canonical one
 * nor the reference is held to the known answers first.
 * @throws EngineUnavailableError where this machine lacks it, or it is wrong here.
 */
export async function openReplayEngine(name: EngineName): Promise<ReplayEngine> {
  const threads = availableParallelism()
  const wasm = createWasmEngine({ threads })
  if (name === 'wasm') return new SingleEngine(wasm, wasm)
  // It says what the answers are that others are held to.
  if (name === 'reference') return new SingleEngine(wasm, createReferenceEngine({ threads }))
  const candidate = engineCandidate(name, { threads, allowSoftwareGpu: true })
  const { engine, report } = await tryEngine(candidate)
  if (engine) return new SingleEngine(wasm, engine)
  await wasm.close()
  throw new EngineUnavailableError(name, report.reason ?? 'it gives no answer')
}

class SingleEngine implements ReplayEngine {
  readonly counts: RunCounts = { pinned: 0, exact: 0, exactOnWasm: 0 }

  constructor(
    private readonly wasm: Engine,
    private readonly exact: Engine,
  ) {}

  get runtimeId() {
    return this.wasm.runtimeId
  }

  get device() {
    return this.exact.device
  }

  async run(model: Model, inputs: readonly Tensor[], options: RunOptions = {}) {
    if (model.class === 'pinned') {
      this.counts.pinned++
      return this.wasm.run(model, inputs, options)
    }
    try {
      const outputs = await this.exact.run(model, inputs, options)
      this.counts.exact++
      return outputs
    } catch (error) {
      if (!(error instanceof GraphRejectedError) || this.exact === this.wasm) throw error
      this.counts.exactOnWasm++
      return this.wasm.run(model, inputs, options)
    }
  }

  async warm(model: Model, options: RunOptions = {}) {
    // Whether a model can be loaded is for the canonical engine to say, on every machine.
    await this.wasm.warm(model, options)
  }

  async close() {
    await Promise.all([
      this.wasm.close(),
      this.exact === this.wasm ? undefined : this.exact.close(),
    ])
  }
}
