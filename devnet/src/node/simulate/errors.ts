import { BaseError } from '@lockstep/precompile'

/** Why a simulation cannot be carried out. */
export type SimulationFault =
  | 'nonceTooLow'
  | 'nonceTooHigh'
  | 'feeCapTooLow'
  | 'intrinsicGas'
  | 'insufficientFunds'
  | 'blockGasLimit'
  | 'blockNumber'
  | 'blockTimestamp'
  | 'initcodeSize'
  | 'tooManyBlocks'
  | 'precompileMove'
  | 'invalid'

/** Thrown for blocks or calls that no chain could hold. A call that reverts is no such thing. */
export class SimulationError extends BaseError {
  override readonly name = 'SimulationError'

  constructor(
    readonly fault: SimulationFault,
    message: string,
    options: { cause?: unknown } = {},
  ) {
    super(message, options)
  }
}
