import type { Lowering } from '../compile/lowering.js'
import { type Interval, union } from '../interval.js'
import type { IntegerTensor } from '../tensor.js'
import { axisOf } from './axes.js'
import { outputOf } from './elementwise.js'
import type { ExactOperator, ExactValue } from './operator.js'
import { offsetsOf, stridesOf, write } from './strided.js'
import { ALL } from './types.js'

export const concat: ExactOperator = {
  dtypes: ALL,
  meaning: 'the operands one after another along an axis',
  bounds: ({ inputs }) => [
    (inputs as readonly ExactValue[])
      .map(({ interval }) => interval)
      .reduce((whole: Interval, part) => union(whole, part)),
  ],
  evaluate(context) {
    const output = outputOf(context)
    const axis = axisOf(context.attributes.requiredInt('axis'), output.shape)
    const strides = stridesOf(output.shape)
    let start = 0
    for (const { shape, data } of context.inputs as readonly IntegerTensor[]) {
      write(output.data, data, offsetsOf(shape, strides, start))
      start += (shape[axis] as number) * (strides[axis] as number)
    }
    return [output]
  },
}

/** Each part is brought to the encoding of the whole; on the way to an output of the graph, to one fine scale. */
export const lowerConcat: Lowering = (context) => {
  const { node, emitter } = context
  const indices = node.inputs.map((_, i) => i)
  const axis = BigInt(axisOf(node.attributes.requiredInt('axis'), context.outputShape(0)))
  const isMoved = !context.isReal(0) || context.isWide(0)
  const parts = isMoved
    ? context.align(indices.map((i) => context.input(i)))
    : indices.map((i) => context.requantise(context.input(i), context.encoding(0)))
  const [first] = parts
  if (!first) return context.refuse('it has no inputs')
  return [{ ...first, ...emitter.node('Concat', parts, { axis }) }]
}
