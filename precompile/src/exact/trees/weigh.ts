import { Dtype } from '../../tensor.js'
import type { LoweringContext } from '../compile/lowering.js'
import { at, channelsOf, isClamped, magnitudeOf } from '../compile/quantised.js'
import { castTo } from '../compile/requantise.js'
import { integerTensor } from '../tensor.js'
import type { Fixed } from './exponential.js'
import { choosePoint, toFixedPoint } from './fixedPoint.js'

/** Bits that sums may take: one is left for what follows. */
const ROOM = 61

/** A linear model: a row of weights and an intercept for each score. */
export interface Weights {
  /** [scores, features] */
  readonly coefficients: readonly number[]
  readonly intercepts: readonly number[]
  /** Numbers that the scores will be compared with, or taken from. */
  readonly also?: readonly number[]
}

/** Weighs a table of features, or a vector of them: int64 [rows, scores]. */
export function weigh(context: LoweringContext, weights: Weights): Fixed {
  const { emitter } = context
  const given = context.input(0)
  const isPerColumn = channelsOf(given) === 1 || given.axis === given.shape.length - 1
  const input = isClamped(given.clamp) || !isPerColumn ? context.unify(given) : given
  const { coefficients, intercepts, also = [] } = weights
  const scores = intercepts.length
  const features = coefficients.length / scores
  // What is multiplied with an integer, and what is left of the zeros.
  const slopes = coefficients.map((weight, i) => weight * at(input.scales, i % features))
  const starts = intercepts.map((intercept, k) =>
    slopes
      .slice(k * features, (k + 1) * features)
      .reduce((sum, slope, column) => sum - slope * at(input.zeros, column), intercept),
  )
  const reach = magnitudeOf(input) * Math.max(...slopes.map(Math.abs)) * features
  const largest = Math.max(reach, ...[...starts, ...also].map(Math.abs))
  const point = choosePoint([largest, ...slopes, ...starts, ...also], 2, ROOM)
  const matrix = Array.from({ length: coefficients.length }, (_, i) =>
    toFixedPoint(slopes[(i % scores) * features + Math.floor(i / scores)] as number, point),
  )
  const rows =
    input.shape.length === 1 ? emitter.node('Unsqueeze', [input, emitter.list([0])]) : input
  const product = emitter.node('MatMul', [
    castTo(emitter, rows, Dtype.int64),
    emitter.constant(integerTensor(Dtype.int64, [features, scores], matrix), 'weights'),
  ])
  const bias = starts.map((start) => toFixedPoint(start, point))
  const value = emitter.node('Add', [
    product,
    emitter.constant(integerTensor(Dtype.int64, [scores], bias)),
  ])
  return { value, exponent: point.exponent, parts: 1 }
}
