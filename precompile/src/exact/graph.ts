import type { Graph } from '../model/graph/graph.js'
import type { Shape } from '../tensor.js'
import type { Interval } from './interval.js'
import type { ExactOperator } from './operators/operator.js'
import type { IntegerDtype, IntegerTensor } from './tensor.js'

/** What is proved of one value of the graph. */
export interface ExactSlot {
  readonly dtype: IntegerDtype
  readonly shape: Shape
  readonly interval: Interval
}

export interface ExactConstant {
  readonly name: string
  readonly tensor: IntegerTensor
}

/** A graph that gives the same bits on every engine. Made by `readExactGraph`. */
export interface ExactGraph {
  /** Nodes in the order in which they run; values are numbered slots. */
  readonly graph: Graph
  /** Of each node. */
  readonly operators: readonly ExactOperator[]
  /** Of each value, by slot. */
  readonly slots: readonly ExactSlot[]
  /** Weights, by slot. */
  readonly constants: ReadonlyMap<number, ExactConstant>
}
