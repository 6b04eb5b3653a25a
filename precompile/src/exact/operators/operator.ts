import type { Attributes } from '../../model/graph/attributes.js'
import type { Shape } from '../../tensor.js'
import type { Comparison, Operand } from '../comparison.js'
import type { Interval } from '../interval.js'
import type { IntegerDtype, IntegerTensor } from '../tensor.js'

/** What the proof knows of one input or output of a node. */
export interface ExactValue extends Operand {
  readonly dtype: IntegerDtype
  readonly shape: Shape
  /** The elements, where they are in the file. */
  readonly constant: IntegerTensor | undefined
  /** What a bool compares, where it is known. */
  readonly comparison?: Comparison | undefined
}

/** One node of a graph of which the proof wants the intervals. */
export interface BoundsContext {
  readonly attributes: Attributes
  /** Operator-set version. */
  readonly version: number
  /** Undefined for an optional input that is left out. */
  readonly inputs: readonly (ExactValue | undefined)[]
  /** Types and shapes of the outputs, as the validator inferred them. */
  readonly outputs: readonly { readonly dtype: IntegerDtype; readonly shape: Shape }[]
  /** @throws InvalidGraphError when the input is left out. */
  input(index: number): ExactValue
  /** An input that must be a constant. @throws NotExactError otherwise. */
  constant(index: number): IntegerTensor
  /** Ends the proof. @throws NotExactError which names the node. */
  refuse(reason: string, remedy?: string): never
  /**
   * Asserts that a result (or a sum on the way to it) fits a type, so that no engine's overflow rule is ever asked.
   * @returns the interval
   * @throws NotExactError when it may overflow.
   */
  fits(what: string, interval: Interval, dtype: IntegerDtype): Interval
  /** Counts elements that the proof looks at; a hostile graph must not keep it busy. @throws NotExactError over budget. */
  spend(elements: number): void
}

/** One node to compute. */
export interface EvaluateContext {
  readonly attributes: Attributes
  readonly version: number
  readonly inputs: readonly (IntegerTensor | undefined)[]
  readonly outputs: readonly { readonly dtype: IntegerDtype; readonly shape: Shape }[]
  /** An input that the proof found present. */
  input(index: number): IntegerTensor
}

/**
 * An operator on integers that gives the same bits on every engine, under the conditions that `bounds` proves.
 * `evaluate` is its meaning: engines are tested against it.
 */
export interface ExactOperator {
  /** Element types of the data inputs that are admitted, of which no engine is known to get any wrong. */
  readonly dtypes: readonly IntegerDtype[]
  /** The input that is of one of these types. Default: the first. */
  readonly dataInput?: number
  /** For the table in docs/exact.md: what it computes, how it rounds, what is refused. One line each. */
  readonly meaning: string
  readonly rounding?: string
  readonly refused?: string
  /**
   * Intervals of the outputs, from those of the inputs.
   * @throws NotExactError (by the context) where an overflow, a division by zero or an index out of range can't be excluded,
   * or where engines are known to differ.
   */
  bounds(context: BoundsContext): readonly Interval[]
  /** The outputs: the reference semantics, in plain arithmetic on integers. */
  evaluate(context: EvaluateContext): readonly IntegerTensor[]
}
