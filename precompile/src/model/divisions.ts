import { Dtype } from '../tensor.js'
import { UnsupportedOperatorError } from './errors.js'
import type { BuiltGraph } from './graph/build.js'
import type { Graph, GraphNode } from './graph/graph.js'
import { DATA, type Element, FREE, type Value } from './infer/value.js'
import type { Values } from './infer/walk.js'

/** A division whose operands follow from the input shapes: only they tell whether it may trap. */
export type OpenDivision = GraphNode

/** Whether a tensor may hold a number: where FREE, the input shapes decide. */
type Possibility = 'no' | 'yes' | typeof FREE

/**
 * Refuses divisions of the lowest integer by −1 wherever they cannot be excluded. The engine traps there, and the
 * worker that ran it must be replaced: seconds of work that no gas would pay for.
 * @param values - What is known of every value, from `walk`.
 * @returns the divisions to check again once the input shapes are known.
 * @throws UnsupportedOperatorError
 */
export function checkDivisions({ graph }: BuiltGraph, values: Values): readonly OpenDivision[] {
  return divisionsOf(graph).filter((node) => mayTrap(node, values) === FREE)
}

/**
 * Checks open divisions against values of known shapes.
 * @throws UnsupportedOperatorError
 */
export function checkOpenDivisions(divisions: readonly OpenDivision[], values: Values): void {
  for (const node of divisions) if (values[node.outputs[0] ?? -1]) mayTrap(node, values)
}

function divisionsOf({ nodes }: Graph): readonly GraphNode[] {
  return nodes.flatMap((node) => [
    ...(node.operatorName === 'Div' ? [node] : []),
    ...node.branches.flatMap(divisionsOf),
  ])
}

function mayTrap(node: GraphNode, values: Values): Possibility {
  const [dividend, divisor] = node.inputs.map((slot) => values[slot]) as [Value, Value]
  // Narrower integers are divided as wider ones, and do not trap.
  if (divisor.dtype !== Dtype.int32 && divisor.dtype !== Dtype.int64) return 'no'
  const byMinusOne = mayHold(divisor, (element) => element === -1)
  const ofLowest = mayHold(dividend, lowestOf(dividend.dtype))
  if (byMinusOne === 'no' || ofLowest === 'no') return 'no'
  if (byMinusOne === FREE || ofLowest === FREE) return FREE
  throw new UnsupportedOperatorError(
    'its divisor may be −1 where its dividend is the lowest integer, which has no quotient',
    { node: node.name, operator: node.operatorName },
    'Divide by a constant of at most 64 elements, none of them −1, or divide floats.',
  )
}

/** An integer beyond 2^53 is known to be far away alone. */
function lowestOf(dtype: Dtype): (element: number) => boolean {
  return dtype === Dtype.int32
    ? (element) => element === -(2 ** 31)
    : (element) => element < Number.MIN_SAFE_INTEGER
}

function mayHold({ elements }: Value, isMeant: (element: number) => boolean): Possibility {
  const list: readonly Element[] = typeof elements === 'string' ? [elements] : elements
  if (list.some((element) => typeof element === 'number' && isMeant(element))) return 'yes'
  if (list.includes(DATA)) return 'yes'
  return list.includes(FREE) ? FREE : 'no'
}
