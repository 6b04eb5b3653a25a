import type { Hex } from 'viem'

/** Words about a tensor that the model's file does not hold. */
export interface TensorDocs {
  /** Such as `daily return`; it stands behind the tensor's shape. */
  readonly unit?: string
  readonly docs?: string
}

/** A model to generate code for: a file, or one that a running chain has registered. */
export type ModelSource = {
  /** One sentence on what the model does. */
  readonly docs?: string
  /** By the tensor's name in the model. */
  readonly tensors?: Readonly<Record<string, TensorDocs>>
} & ({ readonly file: string } | { readonly id: Hex })

/** What `lockstep lint` looks for. */
export type LintRule =
  | 'inexact-model'
  | 'unguarded-inference'
  | 'unguarded-calldata'
  | 'absurd-guard'
  | 'block-context'
  | 'fixed-gas'

/** What `lockstep lint` holds a project to. */
export interface LintConfig {
  /** The class that every model of the configuration must have. Default: any. */
  readonly class?: 'exact'
  /** Rules to turn on or off. Default: all but `unguarded-calldata` are on. */
  readonly rules?: Readonly<Partial<Record<LintRule, 'on' | 'off'>>>
  /** Folder of Foundry's or Hardhat's artifacts. Default: `out` and `artifacts`. */
  readonly artifacts?: string
  /** Files and folders to leave out, besides tests. */
  readonly exclude?: readonly string[]
}

/** What `lockstep.config.ts` exports. Paths are relative to its folder. */
export interface LockstepConfig {
  /** By the name that the code shall bear, such as `volatility`; a string is the path of a file. */
  readonly models?: Readonly<Record<string, string | ModelSource>>
  /** JSON artifacts of Foundry or Hardhat to take an ABI from, by the contract's name. */
  readonly contracts?: Readonly<Record<string, string>>
  /** Folders to write to; `false` leaves a language out. Default: `src/generated` and `contracts/generated`. */
  readonly out?: { readonly typescript?: string | false; readonly solidity?: string | false }
  /** Node to ask for models that are given by id. Default: http://127.0.0.1:8545. */
  readonly rpcUrl?: string
  /** What `lockstep lint` holds the project to. */
  readonly lint?: LintConfig
}

/**
 * Types a configuration.
 * @example
 * export default defineConfig({ models: { volatility: './model/volatility.onnx' } })
 */
export function defineConfig(config: LockstepConfig): LockstepConfig {
  return config
}
