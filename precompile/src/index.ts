export type { Engine, RuntimeId } from './engines/engine.js'
export { BaseError, NodeFaultError } from './errors.js'
export type { GasSchedule } from './gas/schedule.js'
export type { Cost } from './model/cost.js'
export type { Evaluation, Model, ModelClass, ModelId, ValueInfo } from './model/model.js'
export type {
  CallContext,
  CallResult,
  InferencePrecompile,
  InferencePrecompileOptions,
  InferenceRecord,
} from './precompile.js'
export type { ModelStore } from './store/store.js'
export { Dtype, type DtypeName, type Shape, type Tensor } from './tensor.js'
