import type { InferenceTensors, ModelId, Tensor } from '@lockstep/precompile'
import { createAccessList } from '../accessList.js'
import { call } from '../call.js'
import { type CallBundle, callMany } from '../callMany.js'
import { InferenceInactiveError } from '../errors.js'
import { estimateGas } from '../estimate.js'
import { inferenceTensors } from '../inferenceTensors.js'
import type {
  BlockId,
  BlockOverrides,
  CallOutcome,
  CallRequest,
  Node,
  SealedBlock,
  StateOverrides,
  StateView,
  WithinBlock,
} from '../node.js'
import { isRegistered } from '../registry.js'
import { SerialQueue } from '../serial.js'
import { simulate } from '../simulate/simulate.js'
import type { SimulatedResult, Simulation } from '../simulate/simulation.js'
import type { Standpoint } from '../standpoint.js'
import { newestOf } from '../start.js'
import { readState } from '../state.js'
import { Budget } from '../trace/budget.js'
import { standWithin } from '../trace/replay.js'
import type { Trace, TraceOptions } from '../trace/trace.js'
import { traceBlock } from '../trace/traceBlock.js'
import { traceCalls } from '../trace/traceCalls.js'
import { type BlockReads, readsOf, readsOfFork } from '../witness/blockReads.js'
import { type ExecutionWitness, WitnessUnavailableError, witnessOf } from '../witness/witness.js'
import type { NodeCore } from './core.js'

/** Calls and traces, each on a view of its own. */
export class Execution {
  /** Traces are large: one at a time. */
  private readonly traces = new SerialQueue()

  constructor(private readonly core: NodeCore) {}

  async call(
    request: CallRequest,
    id: BlockId,
    overrides?: { state?: StateOverrides; block?: BlockOverrides },
  ): Promise<CallOutcome> {
    const { result: _, ...outcome } = await call(await this.core.standOn(id), request, overrides)
    if (outcome.consoleCalls.length > 0) this.core.events.emit('console', outcome.consoleCalls)
    return outcome
  }

  callMany(
    bundles: readonly CallBundle[],
    at: BlockId | WithinBlock,
    state?: StateOverrides,
  ): Promise<CallOutcome[][]> {
    return this.traces.run(async () => {
      const budget = this.traceBudget({})
      return callMany(await this.standAt(at, budget), bundles, budget, state)
    })
  }

  async estimateGas(
    request: CallRequest,
    id: BlockId,
    overrides?: { state?: StateOverrides },
  ): Promise<bigint> {
    return estimateGas(await this.core.standOn(id), request, overrides)
  }

  async simulate(simulation: Simulation, id: BlockId): Promise<SimulatedResult[]> {
    const { ledger, abort } = this.core.parts
    const budget = new Budget({ signal: abort.signal })
    return simulate(ledger, await this.core.standOn(id), simulation, budget)
  }

  async createAccessList(request: CallRequest, id: BlockId): ReturnType<Node['createAccessList']> {
    return createAccessList(await this.core.standOn(id), request)
  }

  async callPrecompile(
    calldata: Uint8Array,
    gasLimit: bigint,
    id: BlockId,
  ): ReturnType<Node['callPrecompile']> {
    if (!this.core.start.inference) throw new InferenceInactiveError()
    const state = (await this.core.standOn(id)).read()
    return this.core.parts.precompile.call(calldata, gasLimit, {
      isRegistered: (model) => isRegistered(state, model),
      signal: this.core.parts.abort.signal,
    })
  }

  async runModel(
    id: ModelId,
    inputs: readonly Tensor[],
    signal: AbortSignal,
  ): ReturnType<Node['runModel']> {
    if (!this.core.start.inference) throw new InferenceInactiveError()
    const state = (await this.core.standOn('latest')).read()
    return this.core.parts.precompile.run(id, inputs, this.core.settings.gasLimit, {
      isRegistered: (model) => isRegistered(state, model),
      signal,
    })
  }

  traceCalls(
    requests: readonly CallRequest[],
    at: BlockId | WithinBlock,
    options: TraceOptions,
    overrides?: { state?: StateOverrides; block?: BlockOverrides },
  ): Promise<Trace[]> {
    return this.traces.run(async () => {
      const budget = this.traceBudget(options)
      return traceCalls(await this.standAt(at, budget), requests, options, budget, overrides)
    })
  }

  stateWithin({ within, after }: WithinBlock): Promise<StateView> {
    return this.traces.run(async () => {
      const budget = this.traceBudget({})
      const { read } = await standWithin(this.core.parts.ledger, within, after, budget)
      return readState(read())
    })
  }

  traceBlock(sealed: SealedBlock, options: TraceOptions, only?: number): Promise<Trace[]> {
    return this.traces.run(() =>
      traceBlock(this.core.parts.ledger, sealed, options, this.traceBudget(options), only),
    )
  }

  inferenceTensors(sealed: SealedBlock): Promise<InferenceTensors[]> {
    const { signal } = this.core.parts.abort
    const budget = () => new Budget({ signal, isUntimed: true })
    return this.traces.run(() => inferenceTensors(this.core.parts.ledger, sealed, budget()))
  }

  async executionWitness(sealed: SealedBlock): Promise<ExecutionWitness> {
    if (this.core.fork) throw new WitnessUnavailableError()
    const isLockstep = this.core.start.inference !== undefined
    return this.traces.run(() => witnessOf(this.core.parts.ledger, sealed, isLockstep))
  }

  blockReads(sealed: SealedBlock): Promise<BlockReads> {
    const { ledger } = this.core.parts
    const { inference, fork, genesis, rules } = this.core.start
    return this.traces.run(() =>
      fork && sealed.hash === fork.base.hash
        ? readsOfFork(ledger, fork, genesis.alloc, newestOf(rules))
        : readsOf(ledger, sealed, inference !== undefined),
    )
  }

  /** Resolves when every trace that is asked for now has ended. */
  idle(): Promise<void> {
    return this.traces.idle()
  }

  private traceBudget({ timeoutMs }: TraceOptions): Budget {
    const { signal } = this.core.parts.abort
    return new Budget({ signal, ...(timeoutMs !== undefined && { timeoutMs }) })
  }

  private standAt(at: BlockId | WithinBlock, budget: Budget): Promise<Standpoint> {
    return typeof at === 'object' && 'within' in at
      ? standWithin(this.core.parts.ledger, at.within, at.after, budget)
      : this.core.standOn(at)
  }
}
