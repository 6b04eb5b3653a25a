export {
  defineConfig,
  type LintConfig,
  type LintRule,
  type LockstepConfig,
  type ModelSource,
  type TensorDocs,
} from './config.js'
export { CodegenError } from './errors.js'
export { type LoadedConfig, loadConfig } from './loadConfig.js'
export { type PlannedFile, type PlanOptions, planFiles, writeFiles } from './plan.js'
export type { DescribedModel } from './signature.js'
