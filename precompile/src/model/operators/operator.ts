import type { Dtype } from '../../tensor.js'
import type { GraphNode } from '../graph/graph.js'
import type { NodeContext } from '../infer/context.js'
import type { Dims, Elements } from '../infer/value.js'
import type { Signature } from './signature.js'

/** What a node gives at one output. */
export interface Inferred {
  /** Undefined when the input shapes decide even the rank. */
  readonly dims: Dims | undefined
  /** Default: data. */
  readonly elements?: Elements
  /** Default: by the signature. */
  readonly dtype?: Dtype
}

/** The static work of one node on concrete shapes. Every field is a whole number. */
export interface Work {
  /** Multiply-accumulates in thousandths of a float32 one. */
  readonly milliMacs: number
  /** Element operations in tenths of a float32 addition. */
  readonly deciOps: number
  /** Bytes read and written. Default: all inputs and outputs. */
  readonly bytes?: number
  /** Bytes of scratch memory beside inputs and outputs. */
  readonly workspaceBytes?: number
}

/** One admitted operator: its types, its shapes and its cost. */
export interface Operator {
  readonly signature: Signature
  /** Checks attributes once, when the model is read, and keeps what every run needs of them. */
  prepare?(node: Omit<GraphNode, 'prepared' | 'dying'>): unknown
  /** Shapes, and elements as far as they are known, of the outputs. All input ranks are known. */
  infer(context: NodeContext): readonly Inferred[]
  /** The outputs when the rank of an input is not known. Default: nothing is known. */
  inferUnranked?(context: NodeContext): readonly Inferred[]
  /** Called with concrete shapes alone. Default: one element operation for each output element. */
  work?(context: NodeContext, outputs: readonly Dims[]): Work
}

/** Operators of one capability, by name. */
export type OperatorTable = Readonly<Record<string, Operator>>
