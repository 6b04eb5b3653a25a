const BETA_1 = 0.9
const BETA_2 = 0.999
const EPSILON = 1e-8

/** The Adam optimiser (Kingma and Ba, 2015) over one flat vector of parameters. */
export function createAdam(size: number) {
  const mean = new Float64Array(size)
  const square = new Float64Array(size)
  let steps = 0
  return {
    /** Moves `parameters` in place against `gradient`. */
    step(parameters: Float64Array, gradient: Float64Array, learningRate: number): void {
      steps++
      const meanCorrection = 1 - BETA_1 ** steps
      const squareCorrection = 1 - BETA_2 ** steps
      for (let i = 0; i < size; i++) {
        const g = gradient[i] as number
        const m = BETA_1 * (mean[i] as number) + (1 - BETA_1) * g
        const v = BETA_2 * (square[i] as number) + (1 - BETA_2) * g * g
        mean[i] = m
        square[i] = v
        const change = m / meanCorrection / (Math.sqrt(v / squareCorrection) + EPSILON)
        parameters[i] = (parameters[i] as number) - learningRate * change
      }
    },
  }
}
