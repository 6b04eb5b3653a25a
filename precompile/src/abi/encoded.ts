import type { Encoding } from '../exact/encoding.js'
import { Dtype } from '../tensor.js'
import { floatFromWad, type WadFault, wadFromFloat } from './fixedPoint.js'

const WAD = 10n ** 18n
const INT256_BOUND = 1n << 255n
const MAGNITUDE = 0x7fff_ffffn

/**
 * The integer that stands for a fixed-point number with 18 decimals: the nearest one, ties to even, and the bound of
 * the encoding where the number lies beyond it.
 * @returns undefined for a number that no float32 comes near, where the encoding is `ordered`.
 */
export function encodeWad(wad: bigint, encoding: Encoding): bigint | undefined {
  if (encoding.kind === 'ordered') {
    const bits = floatFromWad(wad, Dtype.float32)
    return bits === undefined ? undefined : orderOf(bits)
  }
  const { numerator, denominator, zero, low, high } = encoding
  const q = divideRounded(wad * denominator, numerator * WAD) + zero
  if (q < low) return low
  if (q > high) return high
  return q
}

/** The fixed-point number with 18 decimals nearest to what an integer stands for, ties to even. */
export function decodeToWad(q: bigint, encoding: Encoding): bigint | WadFault {
  if (encoding.kind === 'ordered') return wadFromFloat(bitsOfOrder(q), Dtype.float32)
  const { numerator, denominator, zero } = encoding
  const wad = divideRounded((q - zero) * numerator * WAD, denominator)
  return wad < -INT256_BOUND || wad >= INT256_BOUND ? 'outOfRange' : wad
}

/** Bits of a float32 as an integer that orders as the float does; both zeros give 0. */
function orderOf(bits: bigint): bigint {
  const magnitude = bits & MAGNITUDE
  return bits > MAGNITUDE ? -magnitude : magnitude
}

function bitsOfOrder(order: bigint): bigint {
  return order < 0n ? (MAGNITUDE + 1n) | -order : order
}

/** n / d to the nearest integer, ties to even. */
function divideRounded(n: bigint, d: bigint): bigint {
  const magnitude = n < 0n ? -n : n
  const quotient = magnitude / d
  const twice = 2n * (magnitude % d)
  const rounded = twice > d || (twice === d && quotient & 1n) ? quotient + 1n : quotient
  return n < 0n ? -rounded : rounded
}
