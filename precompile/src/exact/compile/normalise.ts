import { rewriteGru, rewriteLstm, rewriteRnn } from './cells.js'
import { type FloatGraph, inferFloatValues } from './float.js'
import { mergeIntoConvs } from './mergeIntoConv.js'
import { rewriteInstanceNormalization, rewriteLayerNormalization } from './normalization.js'
import { type Rewrite, Rewriter } from './rewrite.js'

/** Operators that become simpler ones before calibration, so that each of these gets a range of its own. */
export const rewrites: Readonly<Record<string, Rewrite>> = {
  GRU: rewriteGru,
  InstanceNormalization: rewriteInstanceNormalization,
  LayerNormalization: rewriteLayerNormalization,
  LSTM: rewriteLstm,
  RNN: rewriteRnn,
}

/** Rewrites float operators into those that have an exact form, or a better one. @throws LoweringError */
export function normalise(graph: FloatGraph): FloatGraph {
  return rewriteNodes(mergeIntoConvs(graph))
}

function rewriteNodes(graph: FloatGraph): FloatGraph {
  const rewriteOf = (operator: string) =>
    Object.hasOwn(rewrites, operator) ? rewrites[operator] : undefined
  if (!graph.nodes.some(({ operator }) => rewriteOf(operator))) return graph
  const values = inferFloatValues(graph)
  const taken = new Set(values.keys())
  const constants = new Map(graph.constants)
  const nodes = graph.nodes.flatMap((node) => {
    const rewrite = rewriteOf(node.operator)
    if (!rewrite) return [node]
    const rewriter = new Rewriter(graph, values, taken, node)
    rewrite(rewriter)
    for (const [name, tensor] of rewriter.constants) constants.set(name, tensor)
    return rewriter.nodes
  })
  return { ...graph, nodes, constants }
}
