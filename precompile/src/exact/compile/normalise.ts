import type { FloatGraph } from './float.js'

/** Rewrites patterns of float operators into fewer ones that have a better exact form. */
export function normalise(graph: FloatGraph): FloatGraph {
  return graph
}
