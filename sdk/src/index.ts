export { feedAbi, freshnessAbi, inferenceAbi, modelRegistryAbi } from './abis.js'
export { deployModel, deployModelSync } from './actions/deployModel.js'
export { getInferences, type Inference, InferencesNotFoundError } from './actions/getInferences.js'
export { getModel } from './actions/getModel.js'
export { getModels } from './actions/getModels.js'
export { type InferParameters, type InferReturnType, infer } from './actions/infer.js'
export { inferTensors, type Tensor } from './actions/inferTensors.js'
export { observeFeed } from './actions/observeFeed.js'
export { quote } from './actions/quote.js'
export { resolveModel } from './actions/resolveModel.js'
export { setModelName, setModelNameSync } from './actions/setModelName.js'
export { type TracedInference, traceInferences } from './actions/traceInferences.js'
export { EmptyModelError, ModelTooLargeError, uploadModel } from './actions/uploadModel.js'
export { writeContract } from './actions/writeContract.js'
export { type OnStale, writeContractSync } from './actions/writeContractSync.js'
export { inferenceAddress, modelRegistryAddress } from './addresses.js'
export { lockstep } from './chains.js'
export type { ReadOptions } from './contract.js'
export { type InferenceActions, inferenceActions } from './decorators/inference.js'
export { AbiMismatchError } from './errors/abi.js'
export { AbortedError } from './errors/abort.js'
export { BaseError } from './errors/base.js'
export { WrongChainError } from './errors/chain.js'
export * from './errors/feed.js'
export { InferenceRevertError } from './errors/inferenceRevert.js'
export {
  InferenceUnavailableError,
  NodeFaultError,
  OutOfGasError,
  toTypedError,
} from './errors/node.js'
export * from './errors/revert.js'
export * from './errors/staleness.js'
export { fromModelName, InvalidModelNameError, parseModelName, toModelName } from './modelName.js'
export { type Observation, observationToWad } from './observation.js'
export type {
  LockstepRpc,
  ModelDescription,
  ModelEncoding,
  ModelTensor,
  RpcInference,
} from './rpc.js'
export { fromWad, InvalidDecimalError, toWad } from './wad.js'
export { AccountMissingError, ObservationMissingError, type Observe } from './write/attempt.js'
export type { CallerGuard } from './write/guard.js'
export { TransactionRevertedError } from './write/outcome.js'
export {
  ReceiptTimeoutError,
  TransactionDroppedError,
  TransactionReplacedError,
  type WaitOptions,
} from './write/receipt.js'
