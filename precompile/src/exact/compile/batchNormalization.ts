/** Weights of a BatchNormalization, one number a channel each. */
export interface BatchNormalization {
  readonly gamma: ArrayLike<number>
  readonly beta: ArrayLike<number>
  readonly mean: ArrayLike<number>
  readonly variance: ArrayLike<number>
  readonly epsilon: number
}

/** The factor and the offset of each channel that it amounts to. */
export function batchNormalizationOf({
  gamma,
  beta,
  mean,
  variance,
  epsilon,
}: BatchNormalization): { factors: number[]; offsets: number[] } {
  const factors = Array.from(
    gamma,
    (factor, c) => factor / Math.sqrt((variance[c] as number) + epsilon),
  )
  const offsets = factors.map((factor, c) => (beta[c] as number) - (mean[c] as number) * factor)
  return { factors, offsets }
}
