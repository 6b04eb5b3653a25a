/** Static work of one run, in the units that the gas schedule prices. */
export interface Cost {
  /** Multiply-accumulates already weighted by operator and dtype, in float32-MAC equivalents. */
  readonly macs: number
  /** Element operations, weighted by operator (an `Exp` counts more than an `Add`). */
  readonly elementOps: number
  /** Bytes that nodes read and write. */
  readonly bytesMoved: number
  /** Nodes executed. */
  readonly nodes: number
  /** Bytes of weights that the run reads. */
  readonly weightBytes: number
  /** Upper bound of bytes alive at one time. */
  readonly peakBytes: number
}
