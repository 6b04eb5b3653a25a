import { Dtype, elementCount, type Tensor } from '../../tensor.js'
import { batchNormalizationOf } from './batchNormalization.js'
import { type FloatGraph, type FloatNode, floatNode, namesOf, namesRead } from './float.js'
import { floatTensor, numbersOf } from './numbers.js'

/**
 * Puts a BatchNormalization into the weights of the Conv before it, so that the scales of both are planned as one.
 * Others become a change of scales and zeros.
 */
export function mergeBatchNormalizations(graph: FloatGraph): FloatGraph {
  const makers = new Map(graph.nodes.map((node) => [node.outputs[0], node]))
  const constants = new Map(graph.constants)
  const taken = namesOf(graph)
  const merged = new Map<FloatNode, FloatNode>()
  for (const node of graph.nodes) {
    if (node.operator !== 'BatchNormalization') continue
    const conv = makers.get(node.inputs[0])
    if (conv?.operator !== 'Conv' || !isOnlyReader(graph, conv, node)) continue
    const whole = mergeInto(conv, node, constants, taken)
    if (whole) merged.set(conv, whole).set(node, whole)
  }
  if (merged.size === 0) return graph
  const nodes = graph.nodes.flatMap((node) => {
    const whole = merged.get(node)
    if (!whole) return [node]
    return node.operator === 'Conv' ? [whole] : []
  })
  return { ...graph, nodes, constants }
}

function isOnlyReader({ nodes, outputs }: FloatGraph, conv: FloatNode, reader: FloatNode): boolean {
  const name = conv.outputs[0] as string
  return (
    !outputs.includes(name) &&
    nodes.every((node) => node === reader || !namesRead(node).includes(name))
  )
}

/** The Conv that gives what both give; undefined where a weight is no constant. */
function mergeInto(
  conv: FloatNode,
  normalization: FloatNode,
  constants: Map<string, Tensor>,
  taken: Set<string>,
): FloatNode | undefined {
  const [image = '', kernel = '', bias = ''] = conv.inputs
  const weights = constants.get(kernel)
  const offsets = bias === '' ? undefined : constants.get(bias)
  const given = normalization.inputs.slice(1, 5).map((name) => constants.get(name))
  if (weights?.dtype !== Dtype.float32 || (bias !== '' && !offsets)) return undefined
  if (given.includes(undefined)) return undefined
  const [gamma, beta, mean, variance] = given.map((tensor) => numbersOf(tensor as Tensor)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const epsilon = normalization.attributes.float('epsilon', 1e-5)
  const all = { gamma, beta, mean, variance, epsilon }
  const { factors, offsets: shifts } = batchNormalizationOf(all)
  const before = offsets && numbersOf(offsets)
  const terms = elementCount(weights.shape.slice(1))
  const scaled = numbersOf(weights).map(
    (weight, i) => weight * (factors[Math.floor(i / terms)] as number),
  )
  const biases = shifts.map((shift, c) => shift + (before?.[c] ?? 0) * (factors[c] as number))
  const names = ['weights', 'biases'].map((part) => freshName(taken, normalization, part)) as [
    string,
    string,
  ]
  constants.set(names[0], floatTensor(weights.shape, scaled))
  constants.set(names[1], floatTensor([biases.length], biases))
  const inputs = [image, ...names]
  return floatNode(
    conv.name,
    'Conv',
    inputs,
    [normalization.outputs[0] as string],
    conv.attributeProtos,
  )
}

function freshName(taken: Set<string>, { outputs }: FloatNode, part: string): string {
  let name = `${outputs[0]}/${part}`
  while (taken.has(name)) name += '_'
  taken.add(name)
  return name
}
