import type { Rewrite, Rewriter } from './rewrite.js'

const EPSILON = 1e-5

/** Less the mean, over the standard deviation. */
interface Standardised {
  readonly value: string
  readonly mean: string
  readonly deviation: string
}

function standardise(rewriter: Rewriter, axes: readonly number[]): Standardised {
  const epsilon = rewriter.node.attributes.float('epsilon', EPSILON)
  const meanOf = (value: string) => rewriter.addOver(axes, 'ReduceMean', value, { keepdims: 1n })
  const mean = meanOf(rewriter.input(0))
  const centred = rewriter.add('Sub', [rewriter.input(0), mean])
  const variance = meanOf(rewriter.add('Mul', [centred, centred]))
  const padded = rewriter.add('Add', [variance, rewriter.weight([], [epsilon])])
  const deviation = rewriter.add('Sqrt', [padded])
  return { value: rewriter.add('Div', [centred, deviation]), mean, deviation }
}

/** Mean, variance and the division by its root, over the last axes. */
export const rewriteLayerNormalization: Rewrite = (rewriter) => {
  const rank = rewriter.shape(0).length
  const given = rewriter.node.attributes.int('axis', -1)
  const first = given < 0 ? given + rank : given
  const axes = Array.from({ length: rank - first }, (_, i) => first + i)
  const { value, mean, deviation } = standardise(rewriter, axes)
  const scaled = rewriter.add('Mul', [value, rewriter.input(1)])
  rewriter.finish(0, rewriter.has(2) ? rewriter.add('Add', [scaled, rewriter.input(2)]) : scaled)
  if (rewriter.isWanted(1)) rewriter.finish(1, mean)
  if (rewriter.isWanted(2)) rewriter.finish(2, rewriter.add('Reciprocal', [deviation]))
}

/** The same over the spatial axes of each channel. */
export const rewriteInstanceNormalization: Rewrite = (rewriter) => {
  const { length: rank } = rewriter.shape(0)
  const axes = Array.from({ length: rank - 2 }, (_, i) => i + 2)
  const { value } = standardise(rewriter, axes)
  const [scale, bias] = [1, 2].map((index) => {
    const { values } = rewriter.constant(index)
    return rewriter.weight([values.length, ...axes.map(() => 1)], values)
  }) as [string, string]
  rewriter.finish(0, rewriter.add('Add', [rewriter.add('Mul', [value, scale]), bias]))
}
