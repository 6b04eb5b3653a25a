/**
 * Integers that stand for the reals which a tree compares. From one integer to the next the real never falls, or never
 * rises: so the integers that pass a comparison lie all on one side.
 */
export interface Feature {
  readonly low: bigint
  readonly high: bigint
  readonly isFalling: boolean
  /** The float32 that the float model compares. */
  real(integer: bigint): number
}

const LARGEST = 0x7f7f_ffffn
const bits = new DataView(new ArrayBuffer(4))

/** A float32 from an integer that orders as it does: the encoding `ordered`. */
export const orderedFeature: Feature = {
  low: -LARGEST,
  high: LARGEST,
  isFalling: false,
  real(integer) {
    bits.setUint32(0, Number(integer < 0n ? -integer : integer))
    const size = bits.getFloat32(0)
    return integer < 0n ? -size : size
  },
}

/** The integer that stands for the float32 nearest to a finite number. */
export function orderOfFloat(real: number): number {
  bits.setFloat32(0, Math.abs(real))
  const size = Math.min(bits.getUint32(0), Number(LARGEST))
  return real < 0 ? -size : size
}

/** `(x − offset) · scale` in float32, as the operator Scaler computes it. The scale is not zero. */
export function scaledFeature(feature: Feature, offset: number, scale: number): Feature {
  return {
    low: feature.low,
    high: feature.high,
    isFalling: feature.isFalling !== scale < 0,
    real: (integer) => Math.fround(Math.fround(feature.real(integer) - offset) * scale),
  }
}

/**
 * The last integer for which a question that is true first and false from some integer on holds.
 * @returns one below `low` where it holds for none
 */
export function lastWhere({ low, high }: Feature, holds: (integer: bigint) => boolean): bigint {
  let [no, yes] = [high + 1n, low - 1n]
  while (no - yes > 1n) {
    const middle = (no + yes) >> 1n
    if (holds(middle)) yes = middle
    else no = middle
  }
  return yes
}
