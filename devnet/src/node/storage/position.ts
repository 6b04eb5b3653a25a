import { bigIntToHex, bytesToUtf8, utf8ToBytes } from '@ethereumjs/util'
import type { ClockState } from '../clock.js'
import type { Hex } from '../node.js'

/** Where a chain stands: its head, and what the blocks after it are made with. */
export interface Position {
  /** Of the head. */
  readonly height: bigint
  readonly chainId: number
  readonly gasLimit: bigint
  readonly coinbase: Hex
  readonly clock: ClockState
}

export function encodePosition({ clock, ...position }: Position): Uint8Array {
  const { height, chainId, gasLimit, coinbase } = position
  return utf8ToBytes(
    JSON.stringify({
      height: bigIntToHex(height),
      chainId,
      gasLimit: bigIntToHex(gasLimit),
      coinbase,
      clock: {
        offset: String(clock.offset),
        step: clock.step === undefined ? null : String(clock.step),
      },
    }),
  )
}

export function decodePosition(row: Uint8Array): Position {
  const { height, gasLimit, clock, ...rest } = JSON.parse(bytesToUtf8(row))
  return {
    ...rest,
    height: BigInt(height),
    gasLimit: BigInt(gasLimit),
    clock: {
      offset: BigInt(clock.offset),
      step: clock.step === null ? undefined : BigInt(clock.step),
    },
  }
}
