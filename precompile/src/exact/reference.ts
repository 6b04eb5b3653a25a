import { ABSENT, type GraphNode } from '../model/graph/graph.js'
import type { Tensor } from '../tensor.js'
import type { ExactGraph } from './graph.js'
import type { EvaluateContext, ExactOperator } from './operators/operator.js'
import { fromTensor, type IntegerTensor, toTensor } from './tensor.js'

/**
 * Runs an exact graph by the plain semantics of its operators: the meaning against which every engine is tested.
 * @param inputs - In the graph's order, of its types and shapes.
 * @param onValue - Told of every value that a node makes, by slot.
 * @returns the outputs in the graph's order.
 */
export function evaluateExact(
  exact: ExactGraph,
  inputs: readonly Tensor[],
  onValue?: (slot: number, tensor: IntegerTensor) => void,
): readonly Tensor[] {
  const { graph, operators, constants } = exact
  const values = new Map<number, IntegerTensor>()
  for (const [slot, { tensor }] of constants) values.set(slot, tensor)
  graph.inputs.forEach(({ slot }, i) => {
    values.set(slot, fromTensor(inputs[i] as Tensor))
  })
  graph.nodes.forEach((node, i) => {
    const outputs = evaluateNode(exact, node, operators[i] as ExactOperator, values)
    const present = node.outputs.filter((slot) => slot !== ABSENT)
    present.forEach((slot, k) => {
      const output = outputs[k] as IntegerTensor
      values.set(slot, output)
      onValue?.(slot, output)
    })
    for (const slot of node.dying) values.delete(slot)
  })
  return graph.outputs.map(({ slot }) => toTensor(values.get(slot) as IntegerTensor))
}

function evaluateNode(
  { slots }: ExactGraph,
  node: GraphNode,
  operator: ExactOperator,
  values: ReadonlyMap<number, IntegerTensor>,
): readonly IntegerTensor[] {
  const inputs = node.inputs.map((slot) => (slot === ABSENT ? undefined : values.get(slot)))
  const context: EvaluateContext = {
    attributes: node.attributes,
    version: node.version,
    inputs,
    outputs: node.outputs.flatMap((slot) => (slot === ABSENT ? [] : (slots[slot] ?? []))),
    input: (index) => inputs[index] as IntegerTensor,
  }
  return operator.evaluate(context)
}
