import { broadcastStrides } from '../../../exact/operators/broadcast.js'
import type { Shape } from '../../../tensor.js'
import type { Emit } from '../formula.js'
import type { Layout } from '../layout.js'
import type { Reading } from '../planner.js'
import { isWide, type Source } from '../source.js'
import { stridedIndex } from '../strided.js'
import type { Lowering, LoweringContext } from './lowering.js'

/** An operand of a formula whose elements are those of `shape`. */
interface Operand {
  readonly source: Source
  readonly shape: Shape
  readonly count: number
}

/** WGSL expressions on the names of operands. */
export interface Expression {
  /** On `i32`. */
  narrow(...operands: string[]): string
  /** On `vec2<u32>`, with the library. */
  wide(use: Emit['use'], ...operands: string[]): string
  /** Whether the lower halves of the operands alone decide the lower half of the result. */
  readonly isModular: boolean
  /** Whether `wide` gives an `i32` too. */
  readonly isTruth?: boolean
}

/** An operator that takes each element alone, of operands that broadcast. */
export function elementwise(expression: Expression): Lowering {
  return (context) => {
    const operands = context.inputs.flatMap((input) => (input ? [input] : []))
    return [broadcasting(context, operands, expression)]
  }
}

/** An operator on any number of operands, from left to right. */
export function variadic(expression: Expression): Lowering {
  return (context) => {
    const { shape, count } = context.output
    const [first, ...rest] = context.inputs.flatMap((input) => (input ? [input] : []))
    const whole = rest.reduce<Operand>(
      (left, right) => ({
        source: broadcasting(context, [left, right], expression),
        shape,
        count,
      }),
      first as Operand,
    )
    return [whole.source]
  }
}

/** Elements of operands that broadcast to the output's shape, put through an expression. */
export function broadcasting(
  { planner, output }: LoweringContext,
  operands: readonly Operand[],
  expression: Expression,
): Source {
  const { shape, count, layout } = output
  const hasWide = operands.some(({ source }) => isWide(source))
  const onWide = expression.isTruth
    ? hasWide
    : layout === 'i64' || (hasWide && !expression.isModular)
  const indices = operands.map((operand) => broadcastIndex(shape, operand))
  const body = (emit: Emit) => {
    const names = operands.map((_, k) => `x${k}`)
    const lets = operands.map((_, k) => {
      const index = indices[k] as string
      return `let x${k} = ${onWide ? emit.wide(k, index) : emit.low(k, index)};`
    })
    const value = onWide
      ? expression.wide((name) => emit.use(name), ...names)
      : expression.narrow(...names)
    const isWideValue = onWide && !expression.isTruth
    return `${lets.join('\n')}\nreturn ${converted(value, isWideValue, layout, emit)};`
  }
  return planner.formula(
    { count, layout, body },
    operands.map((operand, k): Reading => {
      const isAligned = indices[k] === 'i' && operand.count === count
      return { source: operand.source, reads: isAligned ? 'aligned' : 'often' }
    }),
  )
}

function broadcastIndex(output: Shape, operand: Operand): string {
  return stridedIndex('i', output, broadcastStrides(output, operand.shape))
}

/** A value as the functions of a layout return it. */
export function converted(value: string, isWideValue: boolean, layout: Layout, emit: Emit): string {
  if (isWideValue && layout !== 'i64') return `bitcast<i32>((${value}).x)`
  if (!isWideValue && layout === 'i64') return `${emit.use('widen')}(${value})`
  return value
}
