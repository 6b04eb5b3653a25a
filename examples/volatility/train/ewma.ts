/** RiskMetrics' decay for daily data (J.P. Morgan, 1996). */
export const RISKMETRICS_LAMBDA = 0.94

/**
 * Exponentially weighted moving average of squared returns, over the whole past.
 * @returns at each day the variance forecast for the days after it.
 */
export function ewma(returns: readonly number[], lambda: number): number[] {
  const start = returns.slice(0, 20)
  let variance = start.reduce((sum, r) => sum + r * r, 0) / start.length
  return returns.map((r) => {
    variance = lambda * variance + (1 - lambda) * r * r
    return variance
  })
}

/** Decays to choose from when one is fitted: 0.700, 0.705, … 0.990. */
export const LAMBDAS: readonly number[] = Array.from({ length: 59 }, (_, i) => (700 + 5 * i) / 1000)
