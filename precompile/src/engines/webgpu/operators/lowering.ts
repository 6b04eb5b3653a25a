import type { Interval } from '../../../exact/interval.js'
import type { IntegerDtype, IntegerTensor } from '../../../exact/tensor.js'
import type { Attributes } from '../../../model/graph/attributes.js'
import type { Shape } from '../../../tensor.js'
import type { Layout } from '../layout.js'
import type { Planner } from '../planner.js'
import type { Source } from '../source.js'

/** What is known of one value before a run. */
export interface LoweredValue {
  readonly dtype: IntegerDtype
  readonly shape: Shape
  readonly count: number
}

export interface LoweredInput extends LoweredValue {
  readonly source: Source
  readonly constant: IntegerTensor | undefined
  readonly interval: Interval
}

export interface LoweredOutput extends LoweredValue {
  readonly layout: Layout
}

/** One node on its way to kernels. */
export interface LoweringContext {
  readonly planner: Planner
  readonly attributes: Attributes
  readonly version: number
  /** Undefined for an optional input that is left out. */
  readonly inputs: readonly (LoweredInput | undefined)[]
  readonly outputs: readonly LoweredOutput[]
  /** The first output. */
  readonly output: LoweredOutput
  input(index: number): LoweredInput
  /** An input that the proof found to be a constant. */
  constant(index: number): IntegerTensor
}

/** An operator on the GPU. Its meaning is that of the exact operator of the same name. */
export type Lowering = (context: LoweringContext) => readonly Source[]
