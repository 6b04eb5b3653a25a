import type { Engine } from './engines/engine.js'
import type { RemoteEngine } from './engines/remote/engine.js'
import type { RemoteOptions } from './engines/remote/options.js'
import type { GasSchedule } from './gas/schedule.js'
import type { Model, ModelId } from './model/model.js'
import type { ModelStore } from './store/store.js'
import type { Tensor } from './tensor.js'

type Hex = `0x${string}`

/** One executed inference, as the block commits to it. */
export interface InferenceRecord {
  readonly model: ModelId
  readonly method: 'infer' | 'inferTensors'
  /** `hashTensors` of the inputs. */
  readonly inputHash: Hex
  /** `hashTensors` of the outputs, or keccak256 of the revert data when `success` is false. */
  readonly outputHash: Hex
  readonly gasUsed: bigint
  /** False when the run ended without a result to give: the graph rejected the values, an output is not finite. */
  readonly success: boolean
}

/** What a model was given, and what it gave. */
export interface InferenceTensors {
  readonly inputs: readonly Tensor[]
  /** Absent where the run ended without a result to give. */
  readonly outputs?: readonly Tensor[]
}

/** What the call sees of the chain that makes it. */
export interface CallContext {
  /** Whether the calling view's registry lists the model. Default: whether the store holds it. */
  isRegistered?(id: ModelId): Promise<boolean>
  /** Gives up: the call rejects with the signal's reason, and its run ends unless another call waits for it. */
  signal?: AbortSignal
}

export interface CallResult {
  /** False: the call reverts with `returnData`, or is out of gas when `outOfGas` is set. */
  readonly success: boolean
  readonly outOfGas: boolean
  readonly returnData: Uint8Array
  readonly gasUsed: bigint
  /** Set when a model ran (or its answer came from the memo). */
  readonly inference?: InferenceRecord
  /** What `inference` commits to, by the hashes of these. */
  readonly tensors?: InferenceTensors
}

export interface InferencePrecompileOptions {
  readonly store: ModelStore
  /** Default: onnxruntime-web's WebAssembly in a worker pool. */
  readonly engine?: Engine
  /** Other machines that run exact models; `engine` runs what they do not, and decides where they are wrong. Default: none. */
  readonly remote?: RemoteOptions
  readonly schedule?: GasSchedule
  /** Bytes of results to remember. Default 64 MiB; 0 turns the memo off. */
  readonly memoBytes?: number
}

export interface InferencePrecompile {
  readonly engine: Engine
  /** The same engine, where other machines run exact models. */
  readonly remote?: RemoteEngine
  readonly schedule: GasSchedule
  /**
   * Answers one call. Caller's faults come back as reverts.
   * @param calldata - As `inferenceAbi` encodes it.
   * @param gasLimit - Gas that the call may use. Checked before any work that it pays for.
   * @throws NodeFaultError for a fault of this machine; the caller must not turn it into a revert.
   * @throws the signal's reason once `context.signal` is aborted.
   */
  call(calldata: Uint8Array, gasLimit: bigint, context?: CallContext): Promise<CallResult>
  /**
   * Runs a model on tensors that did not come as calldata, with the checks and the price of `inferTensors`.
   * @returns the outputs as `tensors.outputs`, with no return data; a revert as `call` gives it.
   * @throws NodeFaultError, and the signal's reason, as `call` does.
   */
  run(
    id: ModelId,
    inputs: readonly Tensor[],
    gasLimit: bigint,
    context?: CallContext,
  ): Promise<CallResult>
  /**
   * The validated model behind an id, from a bounded cache. Undefined when the store lacks it.
   * @throws ModelError when the validator refuses what the store holds.
   */
  model(id: ModelId): Promise<Model | undefined>
  /** Ends the engine's workers. Pending calls reject. */
  close(): Promise<void>
}
