/** Static work of one run, in the units that the gas schedule prices. */
export interface Cost {
  /** Multiply-accumulates already weighted by operator and dtype, in float32-MAC equivalents. */
  readonly macs: number
  /** Element operations in float32 additions, weighted by operator, the loops that they need included. */
  readonly elementOps: number
  /** Bytes that nodes read and write. */
  readonly bytesMoved: number
  /** Nodes executed; one of very many inputs or outputs counts as several, by `nodeUnits`. */
  readonly nodes: number
  /** Bytes of weights that the run reads. */
  readonly weightBytes: number
  /** Upper bound of bytes alive at one time. */
  readonly peakBytes: number
}

const COMMON_VALUES = 8
const VALUES_PER_UNIT = 2

/**
 * As how many nodes one node counts: looking at its inputs is work too, and a file can name one value ten thousand
 * times.
 * @param values - Number of inputs and outputs.
 */
export function nodeUnits(values: number): number {
  return 1 + Math.ceil(Math.max(0, values - COMMON_VALUES) / VALUES_PER_UNIT)
}
