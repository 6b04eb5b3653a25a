/** Values of one feature sorted into at most 256 bins of about equal count. */
export interface Bins {
  /** The largest value of each bin but the last. */
  readonly edges: Float32Array
  /** Bin of each sample. */
  readonly codes: Uint8Array
}

export const MOST_BINS = 256

/** Sorts one feature of all samples. A bin ends at a value that occurs, so that `x <= edge` tells the bins apart. */
export function binFeature(values: Float32Array): Bins {
  const sorted = values.slice().sort()
  const edges: number[] = []
  for (let bin = 1; bin < MOST_BINS; bin++) {
    const edge = sorted[Math.floor((bin * sorted.length) / MOST_BINS) - 1]
    if (edge === undefined || edge === edges.at(-1) || edge === sorted.at(-1)) continue
    edges.push(edge)
  }
  const codes = Uint8Array.from(values, (value) => binOf(edges, value))
  return { edges: Float32Array.from(edges), codes }
}

function binOf(edges: readonly number[], value: number): number {
  let low = 0
  let high = edges.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (value <= (edges[middle] as number)) high = middle
    else low = middle + 1
  }
  return low
}
