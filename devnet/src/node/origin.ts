import { BaseError, type InferencePrecompile, VALIDATOR_VERSION } from '@lockstep/precompile'
import { allAtGenesis, Rules } from './common.js'
import type { GenesisOptions, LockstepConfig } from './genesis.js'
import { readGenesis } from './genesisFile/read.js'
import type { NodeOptions } from './options.js'

/** Thrown when a `genesis.json` asks for inference that this node does not run. */
export class RuntimeMismatchError extends BaseError {
  override readonly name = 'RuntimeMismatchError'

  constructor(field: string, wanted: unknown, own: unknown) {
    super(
      `In genesis.json, config.lockstep.${field} is ${JSON.stringify(wanted)}; this version of lockstep has ${JSON.stringify(own)}.`,
      {
        remedy: 'Run the version of lockstep that made the chain: another may answer differently.',
      },
    )
  }
}

/** The rules, the first block and the accounts of a chain that a `genesis.json` describes. */
export interface Origin {
  readonly rules: Rules
  readonly genesis: GenesisOptions
  /** Whether contracts of this chain may call models. */
  readonly isLockstep: boolean
}

/**
 * Reads the `genesis.json` of the options.
 * @param inference what would answer contracts of this chain.
 * @throws GenesisFileError, RuntimeMismatchError
 */
export function readOrigin(options: NodeOptions, inference: InferencePrecompile): Origin {
  const file = readGenesis(options.genesis)
  const chainId = options.chainId ?? file.chainId
  const hardfork = options.hardfork ?? 'prague'
  const { codeSizeLimit } = options
  const schedule = file.schedule ?? allAtGenesis({ chainId, hardfork })
  if (file.lockstep) checkRuntime(file.lockstep, lockstepConfig(inference))
  return {
    rules: new Rules({
      ...schedule,
      chainId,
      ...(codeSizeLimit !== undefined && { codeSizeLimit }),
    }),
    genesis: { ...file.options, alloc: { ...file.options.alloc, ...options.alloc } },
    isLockstep: file.lockstep !== undefined,
  }
}

/** What decides the answers of a precompile. */
export function lockstepConfig({ engine, schedule }: InferencePrecompile): LockstepConfig {
  return {
    schedule: schedule.version,
    validator: VALIDATOR_VERSION,
    pinnedRuntime: engine.runtimeId,
  }
}

function checkRuntime(wanted: LockstepConfig, own: LockstepConfig): void {
  for (const field of ['schedule', 'validator'] as const) {
    if (wanted[field] !== own[field]) {
      throw new RuntimeMismatchError(field, wanted[field], own[field])
    }
  }
  for (const [name, value] of Object.entries(own.pinnedRuntime)) {
    const other = (wanted.pinnedRuntime as unknown as Record<string, unknown>)[name]
    if (JSON.stringify(other) !== JSON.stringify(value)) {
      throw new RuntimeMismatchError(`pinnedRuntime.${name}`, other, value)
    }
  }
}
