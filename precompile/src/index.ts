export { tensorsCalldata } from './abi/calldata.js'
export { elementsFromWords, wordsFromElements } from './abi/elements.js'
export {
  FREE_DIMENSION,
  type InferenceErrorName,
  type InferenceMethod,
  inferenceAbi,
} from './abi/interface.js'
export { describeModel, type ModelDescription } from './call/describe.js'
export { ModelBlobMissingError } from './call/models.js'
export { OutputContractError } from './call/outputs.js'
export { hashRuntimeId, hashTensors, modelIdOf } from './commitment/hash.js'
export { keccak } from './commitment/keccak.js'
export { type InferencePosition, inferenceLeaf, inferenceRoot } from './commitment/merkle.js'
export { createInferencePrecompile } from './createInferencePrecompile.js'
export {
  type EngineCandidate,
  type EngineName,
  type EngineSettings,
  engineCandidate,
  engineNames,
} from './engines/candidate.js'
export {
  createEngines,
  type EngineChoice,
  type Engines,
  type EnginesOptions,
} from './engines/createEngines.js'
export {
  type Engine,
  EngineUnavailableError,
  GraphRejectedError,
  InexactModelError,
  type RunOptions,
  type RuntimeId,
} from './engines/engine.js'
export {
  checkKnownAnswers,
  type KnownAnswerResult,
  type WrongAnswer,
} from './engines/knownAnswers/check.js'
export type { KnownModel } from './engines/knownAnswers/model.js'
export { knownModels } from './engines/knownAnswers/models.js'
export { createNativeEngine, type NativeEngineOptions } from './engines/native/engine.js'
export { EngineClosedError, RunTimeoutError } from './engines/pool.js'
export { WorkerDiedError } from './engines/pooledEngine.js'
export { createReferenceEngine, type ReferenceEngineOptions } from './engines/reference/engine.js'
export {
  createRemoteEngine,
  type RemoteEngine,
  type RemoteEngineOptions,
} from './engines/remote/engine.js'
export { RemoteOptionsError } from './engines/remote/errors.js'
export {
  type RemoteEvent,
  type RemoteOptions,
  type RemoteVerify,
  remoteVerifies,
} from './engines/remote/options.js'
export type { EndpointReport, RemoteReport } from './engines/remote/report.js'
export { CANONICAL_RUNTIME, RuntimeMismatchError } from './engines/runtime.js'
export { type EngineReport, type Trial, tryEngine } from './engines/trial.js'
export { createWasmEngine, type WasmEngineOptions } from './engines/wasm.js'
export { createWebGpuEngine, type WebGpuEngineOptions } from './engines/webgpu/engine.js'
export { BaseError, NodeFaultError } from './errors.js'
export * from './exact/index.js'
export { createGasSchedule, defaultSchedule, type GasSchedule } from './gas/schedule.js'
export { defaultGasTable, type GasTable } from './gas/table.js'
export * from './model/index.js'
export * from './openInference/index.js'
export type {
  CallContext,
  CallResult,
  InferencePrecompile,
  InferencePrecompileOptions,
  InferenceRecord,
  InferenceTensors,
} from './precompile.js'
export { createFileStore, InvalidModelIdError } from './store/file.js'
export { createMemoryStore } from './store/memory.js'
export { CorruptBlobError, type ModelStore } from './store/store.js'
export {
  bytesPerElement,
  Dtype,
  type DtypeName,
  dtypeName,
  elementCount,
  isDtype,
  isFloat,
  type Shape,
  type Tensor,
} from './tensor.js'
