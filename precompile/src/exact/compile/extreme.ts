import type { LoweringContext } from './lowering.js'
import { clampedTo, linear, type Quantised } from './quantised.js'

/** The larger or smaller of a node's inputs. */
export function lowerExtreme(context: LoweringContext, operator: 'Max' | 'Min'): Quantised {
  const indices = context.node.inputs.map((_, i) => i)
  const varying = indices.filter((i) => context.constant(i)?.values.length !== 1)
  const [first] = varying
  const limits = indices.flatMap((i) =>
    varying.includes(i) ? [] : [...context.requireConstant(i).values],
  )
  if (first === undefined) return context.input(0)
  const value = varying.length === 1 ? context.input(first) : extremeOf(context, operator, varying)
  if (limits.length === 0) return value
  return operator === 'Max'
    ? clampedTo(value, Math.max(...limits), Number.POSITIVE_INFINITY)
    : clampedTo(value, Number.NEGATIVE_INFINITY, Math.min(...limits))
}

function extremeOf(
  context: LoweringContext,
  operator: 'Max' | 'Min',
  indices: readonly number[],
): Quantised {
  const values = context.align(indices.map((i) => context.input(i)))
  const [first] = values as [Quantised]
  // A negative scale turns the order round.
  const isTurned = (first.scales[0] as number) < 0
  const turned = operator === 'Max' ? 'Min' : 'Max'
  return { ...first, ...context.emitter.node(isTurned ? turned : operator, values) }
}

/** The index of the largest or smallest element along an axis. */
export function lowerArgument(context: LoweringContext, operator: 'ArgMax' | 'ArgMin'): Quantised {
  const { attributes } = context.node
  if (attributes.int('select_last_index', 0) !== 0) {
    context.refuse('it wants the last of equal elements', 'Export it without select_last_index.')
  }
  const x = context.unify(context.input(0))
  const turned = operator === 'ArgMax' ? 'ArgMin' : 'ArgMax'
  const axis = BigInt(attributes.int('axis', 0))
  const keepdims = BigInt(attributes.int('keepdims', 1))
  const name = (x.scales[0] as number) < 0 ? turned : operator
  return linear(context.emitter.node(name, [x], { axis, keepdims }), 1)
}
