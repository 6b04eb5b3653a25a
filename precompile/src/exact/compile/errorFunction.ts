/** From here on the series loses digits and the fraction converges fast. */
const SERIES_LIMIT = 2.5
const SERIES_TERMS = 60
const FRACTION_TERMS = 60

/**
 * erf(x), to about 14 digits: the Maclaurin series near zero, the continued fraction of erfc beyond
 * (Abramowitz and Stegun, 7.1.5 and 7.1.14).
 */
export function errorFunction(x: number): number {
  const magnitude = Math.abs(x)
  const value = magnitude < SERIES_LIMIT ? series(magnitude) : 1 - complement(magnitude)
  return x < 0 ? -value : value
}

function series(x: number): number {
  let term = x
  let sum = x
  for (let n = 1; n < SERIES_TERMS; n++) {
    term *= (-x * x) / n
    sum += term / (2 * n + 1)
  }
  return (2 / Math.sqrt(Math.PI)) * sum
}

function complement(x: number): number {
  let fraction = x
  for (let n = FRACTION_TERMS; n > 0; n--) fraction = x + n / 2 / fraction
  return Math.exp(-x * x) / (Math.sqrt(Math.PI) * fraction)
}
