import type { Encodings } from '../exact/encoding.js'
import type { Dtype, Shape } from '../tensor.js'
import type { Cost } from './cost.js'

/** keccak256 of the ONNX bytes as deployed, 0x-prefixed lower-case hex. */
export type ModelId = `0x${string}`

/** Where a model may run. `pinned`: on the one canonical engine. `exact`: on every engine. */
export type ModelClass = 'pinned' | 'exact'

/** A named input or output. `shape` holds −1 for a dimension that the caller chooses. */
export interface ValueInfo {
  readonly name: string
  readonly dtype: Dtype
  readonly shape: readonly number[]
}

/** What one run costs for concrete input shapes, and the shapes that it gives. */
export interface Evaluation {
  readonly outputShapes: readonly Shape[]
  readonly cost: Cost
}

/** A validated model: a pure function of its bytes. */
export interface Model {
  readonly id: ModelId
  readonly class: ModelClass
  /** Why the model is `pinned` and not `exact`. */
  readonly inexact?: { readonly reason: string; readonly node?: string; readonly operator?: string }
  /** How reals stand in the integers of an exact model that was compiled from a float one. */
  readonly encodings?: Encodings
  readonly bytes: Uint8Array
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  /** How many nodes of each operator the graph has, subgraphs included. `domain.Op` outside the default domain. */
  readonly operators: Readonly<Record<string, number>>
  readonly opset: number
  /** Cost of loading: paid once, at registration. */
  readonly loadCost: { readonly bytes: number; readonly nodes: number }
  /**
   * Shapes and cost of a run on inputs of these shapes.
   * @throws ShapeMismatchError when a shape disagrees with the declared input, or with the graph.
   * @throws ModelTooLargeError when this run would exceed the limits on memory or work.
   */
  evaluate(inputShapes: readonly Shape[]): Evaluation
}
