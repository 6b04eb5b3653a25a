export type { Engine, RuntimeId } from './engines/engine.js'
export { BaseError, NodeFaultError } from './errors.js'
export { describeModel, type ModelDescription } from './call/describe.js'
export { createGasSchedule, defaultSchedule, type GasSchedule } from './gas/schedule.js'
export { defaultGasTable, type GasTable } from './gas/table.js'
export * from './model/index.js'
export type {
  CallContext,
  CallResult,
  InferencePrecompile,
  InferencePrecompileOptions,
  InferenceRecord,
} from './precompile.js'
export type { ModelStore } from './store/store.js'
export { Dtype, type DtypeName, type Shape, type Tensor } from './tensor.js'
