import { Dtype, elementCount } from '../../tensor.js'
import type { Lowering } from '../compile/lowering.js'
import { lowerPadding } from '../compile/padding.js'
import { union } from '../interval.js'
import { axisOf, numbersOf } from './axes.js'
import { outputOf } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { offsetsOf, stridesOf, write } from './strided.js'
import { ALL } from './types.js'

const [PADS, VALUE, AXES] = [1, 2, 3] as const

export const pad: ExactOperator = {
  dtypes: ALL,
  meaning: 'the elements within a border of one value',
  refused: 'every mode but `constant`; pads below 0 or no constants',
  bounds(context) {
    const mode = context.attributes.string('mode', 'constant')
    if (mode !== 'constant') context.refuse(`the mode is "${mode}"`)
    if (numbersOf(context.constant(PADS)).some((size) => size < 0))
      context.refuse('a pad is below 0')
    if (context.inputs[AXES]) context.constant(AXES)
    const value = context.inputs[VALUE]
    if (value && elementCount(value.shape) !== 1) context.refuse('the value is not one number')
    return [union(context.input(0).interval, value?.interval ?? { low: 0n, high: 0n })]
  },
  evaluate(context) {
    const output = outputOf(context)
    const { shape, data } = context.input(0)
    const value = context.inputs[VALUE]?.data[0] ?? (output.dtype === Dtype.int64 ? 0n : 0)
    const pads = numbersOf(context.input(PADS))
    const axes = context.inputs[AXES] ? numbersOf(context.inputs[AXES]) : [...shape.keys()]
    const strides = stridesOf(output.shape)
    const start = axes.reduce(
      (sum, axis, i) => sum + (pads[i] as number) * (strides[axisOf(axis, shape)] as number),
      0,
    )
    ;(output.data as Int32Array).fill(value as number)
    write(output.data, data, offsetsOf(shape, strides, start))
    return [output]
  },
}

/** A border of the encoded value; the other modes look up elements along each axis. */
export const lowerPad: Lowering = (context) => [lowerPadding(context)]
