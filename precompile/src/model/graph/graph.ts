import type { Dtype } from '../../tensor.js'
import type { Weight } from '../file/tensor.js'
import type { Operator } from '../operators/operator.js'
import type { Attributes } from './attributes.js'

/** Stands for an optional input or output that a node leaves out. */
export const ABSENT = -1

/** One operation. Values are numbered slots, shared between a graph and the branches inside it. */
export interface GraphNode {
  /** The node's name, or its first output where it has none. */
  readonly name: string
  /** `Op`, or `domain.Op` outside the default domain. */
  readonly operatorName: string
  readonly operator: Operator
  /** Operator-set version of the operator's domain. */
  readonly version: number
  readonly attributes: Attributes
  readonly inputs: readonly number[]
  readonly outputs: readonly number[]
  /** `then` and `else` of an If. */
  readonly branches: readonly Graph[]
  /** What the operator derived from its attributes once, for use at every run. */
  readonly prepared: unknown
  /** Slots that no later node reads. */
  readonly dying: readonly number[]
}

export interface GraphInput {
  readonly name: string
  readonly slot: number
  readonly dtype: Dtype
  /** −1 for a dimension that the caller chooses. */
  readonly shape: readonly number[]
}

export interface GraphOutput {
  readonly name: string
  readonly slot: number
  /** What the file declares, where it does. −1 for a dimension that it leaves open. */
  readonly dtype: Dtype | undefined
  readonly shape: readonly number[] | undefined
}

export interface GraphWeight {
  readonly name: string
  readonly slot: number
  readonly weight: Weight
}

export interface Graph {
  readonly nodes: readonly GraphNode[]
  readonly inputs: readonly GraphInput[]
  readonly outputs: readonly GraphOutput[]
  readonly weights: readonly GraphWeight[]
}
