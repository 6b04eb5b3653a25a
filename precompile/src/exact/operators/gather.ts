import { Dtype } from '../../tensor.js'
import type { Emitted } from '../compile/emit.js'
import type { Lowering, LoweringContext } from '../compile/lowering.js'
import { integerTensor } from '../tensor.js'
import { axisOf, numbersOf } from './axes.js'
import { outputOf } from './elementwise.js'
import { expectIndices, fromFront } from './indices.js'
import type { ExactOperator } from './operator.js'
import { offsetsOf, read, stridesOf } from './strided.js'
import { ALL } from './types.js'

export const gather: ExactOperator = {
  dtypes: ALL,
  meaning: 'slices that indices name along an axis; negative ones count from its end',
  refused: 'indices that may be out of range',
  bounds(context) {
    const { shape, interval } = context.input(0)
    const axis = axisOf(context.attributes.int('axis', 0), shape)
    expectIndices(context, context.input(1).interval, shape[axis] as number)
    return [interval]
  },
  evaluate(context) {
    const output = outputOf(context)
    const { shape, data } = context.input(0)
    const axis = axisOf(context.attributes.int('axis', 0), shape)
    const strides = stridesOf(shape)
    const outer = offsetsOf(shape.slice(0, axis), strides.slice(0, axis))
    const inner = offsetsOf(shape.slice(axis + 1), strides.slice(axis + 1))
    const picked = numbersOf(context.input(1)).map(
      (index) => fromFront(index, shape[axis] as number) * (strides[axis] as number),
    )
    const offsets = new Int32Array(output.data.length)
    let next = 0
    for (const start of outer)
      for (const middle of picked) for (const end of inner) offsets[next++] = start + middle + end
    read(output.data, data, offsets)
    return [output]
  },
}

/** Indices that the graph computes are clamped to the axis, so that none can be out of range. */
export const lowerGather: Lowering = (context) => {
  const { emitter, node } = context
  const x = context.movable(0)
  const axis = axisOf(node.attributes.int('axis', 0), x.shape)
  const size = x.shape[axis] as number
  const constant = context.constant(1)
  const attributes = { axis: BigInt(axis) }
  if (constant) {
    const indices = integerTensor(Dtype.int64, constant.shape, constant.values)
    return [{ ...x, ...emitter.node('Gather', [x, emitter.constant(indices)], attributes) }]
  }
  const indices = inRange(context, context.input(1), size)
  return [{ ...x, ...emitter.node('Gather', [x, indices], attributes) }]
}

function inRange({ emitter }: LoweringContext, indices: Emitted, size: number): Emitted {
  const { interval, dtype } = indices
  if (interval.low >= BigInt(-size) && interval.high < BigInt(size)) {
    const isIndex = dtype === Dtype.int32 || dtype === Dtype.int64
    return isIndex ? indices : emitter.node('Cast', [indices], { to: BigInt(Dtype.int32) })
  }
  const ends = [-size, size - 1].map((end) => emitter.scalar(Dtype.int32, end))
  return emitter.node('Clip', [indices, ...ends])
}
