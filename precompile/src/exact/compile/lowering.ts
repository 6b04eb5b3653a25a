import type { ModelErrorSite } from '../../model/errors.js'
import type { Shape, Tensor } from '../../tensor.js'
import type { Range } from './calibrate.js'
import type { Emitter } from './emit.js'
import type { FloatNode } from './float.js'
import type { Encoded, Quantised } from './quantised.js'

/**
 * How one operator of a float graph becomes integer operators.
 *
 * A lowering is a function from a node to one `Quantised` for each of its outputs, in a file of its own beside the exact
 * operators, listed by the operator's ONNX name in `lowerings.ts`:
 *
 * ```ts
 * export const lowerNeg: Lowering = (context) => {
 *   const x = context.input(0)
 *   return [{ ...x, scales: x.scales.map((scale) => -scale) }]
 * }
 * ```
 *
 * - **What comes in.** `input(i)` is the value as it stands: narrow (uint8) or an accumulator (int32 with a scale and a
 *   zero for each channel, a clamp still to be applied: see `Quantised`). Few lowerings can work on anything; the others
 *   ask for a form: `narrow(i)` is uint8 (16 bits in int32 in the 16-bit mode) with one scale over the calibrated range,
 *   shared by all who ask; `plain(i)` has one scale, one zero and no clamp. `constant(i)` holds the floats of a weight.
 * - **What goes out.** Whatever is cheapest. An accumulator is brought to 8 bits only when somebody asks, so that a Relu
 *   after it costs nothing: it changes `clamp`, which becomes part of the Clip of that requantisation.
 * - **Which scale.** `target(i)` is the encoding in which output i will be asked for next: its calibrated range, or that
 *   of the Relu, Clip, Reshape ... after it. A lowering with weights chooses whole divisors first and weight scales after
 *   them (`planScales`), so that requantising to the target is one exact division. `isWide(i)` says that output i goes
 *   to an output of the graph with nothing narrow between: keep its resolution.
 * - **How to emit.** `emitter.node('Add', [a, b])` writes a node, infers its shape and proves its interval at once;
 *   `value.interval` is then known. Only operators of the exact subset pass. An overflow throws; the driver turns it
 *   into a `LoweringError` that names the float node.
 * - **Refuse** what has no exact form by `context.refuse(reason, remedy)`.
 * - **Determinism.** Floats are fine in the compiler, the clock and randomness are not.
 */
export type Lowering = (context: LoweringContext) => readonly Quantised[]

/** A node of the float graph with what is known of its inputs and outputs. */
export interface LoweringContext {
  readonly node: FloatNode
  /** Of the default domain, or of the node's own. */
  readonly version: number
  readonly bits: 8 | 16
  readonly emitter: Emitter

  /** Whether an optional input is given. */
  has(index: number): boolean
  /** The input as it stands; a weight is encoded over its own range. */
  input(index: number): Quantised
  /** The input as integers from 0 in the encoding of its calibrated range. */
  narrow(index: number): Quantised
  /** The input with one scale, one zero and no clamp: as it stands where it has, narrow otherwise. */
  plain(index: number): Quantised
  /** An input that does not depend on the graph's inputs. */
  constant(index: number): FloatConstant | undefined
  /** The same. @throws LoweringError when it depends on them. */
  requireConstant(index: number): FloatConstant
  /** Whole numbers of a constant that describes shapes or axes. */
  integers(index: number): readonly number[]
  /** Whether an input is of a float type; otherwise it is the integers themselves. */
  isReal(index: number): boolean
  /** The input as int32 less its zero, of at most this magnitude: less finely where it has to be. */
  centred(index: number, magnitude: number): Quantised
  /** The narrow input as int32 less its zero. */
  centredNarrow(index: number): Quantised
  /** The input in the form in which elements are moved: narrow, or with one scale where that takes no more bytes or the value goes to an output of the graph. */
  movable(index: number): Quantised
  /** Shape of an input, without lowering it. */
  inputShape(index: number): Shape
  outputShape(index: number): Shape
  /** Calibrated range of an input. */
  inputRange(index: number): Range
  /** Calibrated range of an output. */
  outputRange(index: number): Range
  /** In which encoding the output, or a sum with it, will be asked for: whole divisors to its scale lose nothing. */
  target(index: number): Encoded
  /** The narrow encoding that holds the output itself: what is clamped to it loses nothing. */
  encoding(index: number): Encoded
  /** Whether the output reaches an output of the graph by moves and clamps alone. */
  isWide(index: number): boolean
  /** Brings a value to integers from 0 in an encoding. */
  requantise(value: Quantised, target: Encoded): Quantised
  /** One scale and zero for all channels, without loss where int32 has the room. */
  unify(value: Quantised): Quantised
  /** Values with one common scale and zero, in one type. */
  align(values: readonly Quantised[]): readonly Quantised[]
  /** Ends the compilation. @throws LoweringError which names the node. */
  refuse(reason: string, remedy?: string): never
  readonly site: ModelErrorSite
}

/** Floats of a weight, as numbers. */
export interface FloatConstant {
  readonly shape: Shape
  readonly values: Float64Array
  readonly tensor: Tensor
}
