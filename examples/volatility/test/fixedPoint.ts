const WAD = 10n ** 18n
/** Every finite float32 times 2^149 is an integer. */
const UNIT = 2 ** 149

/** A float32 as an exact multiple of 2^−149 · 10^−18. */
const exact = (float: number) => BigInt(float * UNIT) * WAD

/** The fixed-point number with 18 decimals nearest to a float32, ties to even: the rule of the precompile. */
export function wadOfFloat32(float: number): bigint {
  const unit = BigInt(UNIT)
  const value = exact(float)
  const floor = value / unit - (value < 0n && value % unit !== 0n ? 1n : 0n)
  const twice = 2n * (value - floor * unit)
  return twice > unit || (twice === unit && floor % 2n !== 0n) ? floor + 1n : floor
}

/** The float32 nearest to a fixed-point number with 18 decimals, found by comparing exact distances. */
export function float32OfWad(wad: bigint): number {
  const guess = Math.fround(Number(wad) / 1e18)
  const distance = (float: number) => {
    const difference = exact(float) - wad * BigInt(UNIT)
    return difference < 0n ? -difference : difference
  }
  const candidates = [guess, neighbour(guess, -1), neighbour(guess, 1)]
  return candidates.reduce((best, float) => (distance(float) < distance(best) ? float : best))
}

function neighbour(float: number, step: number): number {
  const bits = new Int32Array(Float32Array.of(float).buffer)
  bits[0] = (bits[0] as number) + step
  return new Float32Array(bits.buffer)[0] as number
}
