import type { ModelLimits } from '../model/limits.js'
import { openModel } from '../model/read.js'
import { readEncodings } from './encoding.js'
import type { ExactGraph } from './graph.js'
import { proveExact } from './prove.js'

/**
 * Reads an exact model for an engine, or for the reference semantics.
 * @throws ModelError as `readModel` does; NotExactError when the model is not exact.
 */
export function readExactGraph(bytes: Uint8Array, limits?: ModelLimits): ExactGraph {
  const { proto, built, inputs, outputs, weights } = openModel(bytes, limits)
  return proveExact(built, weights, readEncodings(proto, inputs, outputs))
}
