import type { Lowering } from '../compile/lowering.js'
import { at, channelsOf, isClamped } from '../compile/quantised.js'
import { finite } from '../trees/ensemble.js'
import { scaledFeature } from '../trees/feature.js'

/** `(x − offset) · scale`: no arithmetic at all, for whoever reads it compares or weighs with other numbers. */
export const lowerScaler: Lowering = (context) => {
  const { attributes } = context.node
  const offsets = finite(context, 'offset', attributes.floats('offset') ?? [])
  const factors = finite(context, 'scale', attributes.floats('scale') ?? [])
  if (factors.includes(0)) context.refuse('it multiplies by zero')
  const given = context.input(0)
  const { order } = given
  if (order) {
    const scaled = (column: number) =>
      scaledFeature(order(column), at(offsets, column), at(factors, column))
    return [{ ...given, order: scaled }]
  }
  const axis = given.shape.length - 1
  const isFlat = channelsOf(given) === 1 || given.axis === axis
  const input = isClamped(given.clamp) || !isFlat ? context.unify(given) : given
  const columns = Math.max(channelsOf(input), factors.length)
  const each = Array.from({ length: columns }, (_, column) => column)
  return [
    {
      ...input,
      axis,
      scales: each.map((column) => at(input.scales, column) * at(factors, column)),
      zeros: each.map(
        (column) => at(input.zeros, column) + at(offsets, column) / at(input.scales, column),
      ),
    },
  ]
}
