import { BaseError } from '@lockstep/precompile'
import type { Hex } from './node.js'

/** What the next blocks are made with, beside their transactions. */
export interface BlockSettings {
  gasLimit: bigint
  coinbase: Hex
  /** Of the next block alone. */
  baseFee: bigint | undefined
  /** Of the next block alone. */
  prevRandao: Uint8Array | undefined
}

/** Thrown for a setting that the rules of this chain leave no room for. */
export class UnsupportedSettingError extends BaseError {
  override readonly name = 'UnsupportedSettingError'
}
