import { Dtype, elementCount } from '../../tensor.js'
import type { Lowering } from '../compile/lowering.js'
import { slidingMax } from '../compile/slidingMax.js'
import { convAttributes, resolvePads, windowAttributes } from '../compile/window.js'
import { outputOf } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { isPadded, windowOf, windowOffsets } from './window.js'

export const maxPool: ExactOperator = {
  dtypes: [Dtype.uint8, Dtype.int8],
  meaning: 'the largest under a window; padding is never the largest',
  refused: 'its output of indices; `auto_pad`; `dilations`',
  bounds(context) {
    if (context.outputs.length > 1) context.refuse('its indices are wanted')
    // With them a window could lie in the padding alone.
    if (context.attributes.ints('dilations')?.some((size) => size !== 1)) {
      context.refuse('the window has dilations')
    }
    isPadded(context)
    return [context.input(0).interval]
  },
  evaluate(context) {
    const output = outputOf(context)
    const { shape, data } = context.input(0)
    const spatial = shape.slice(2)
    const positions = output.shape.slice(2)
    const window = windowOf(context.attributes, context.attributes.requiredInts('kernel_shape'))
    const offsets = windowOffsets(spatial, positions, window)
    const [size, count] = [elementCount(spatial), elementCount(positions)]
    ;(output.data as Int8Array).fill(output.dtype === Dtype.int8 ? -0x80 : 0)
    for (let plane = 0; plane * count < output.data.length; plane++) {
      for (let i = 0; i < offsets.length; i++) {
        const offset = offsets[i] as number
        if (offset < 0) continue
        const at = plane * count + (i % count)
        const value = data[plane * size + offset] as number
        if (value > (output.data[at] as number)) output.data[at] = value
      }
    }
    return [output]
  },
}

export const lowerMaxPool: Lowering = (context) => {
  const { attributes, outputs } = context.node
  if (outputs[1]) context.refuse('its indices are wanted', 'Export without return_indices.')
  const x = context.narrow(0)
  const window = convAttributes(attributes, attributes.requiredInts('kernel_shape'))
  const pads = resolvePads(attributes, x.shape.slice(2), window)
  const isDilated = window.dilations.some((dilation) => dilation !== 1)
  if (isDilated || context.bits === 16) return [slidingMax(context, x, window, pads)]
  const ceil = { ceil_mode: BigInt(attributes.int('ceil_mode', 0)) }
  const all = { ...windowAttributes(window, pads), ...ceil }
  return [{ ...x, ...context.emitter.node('MaxPool', [x], all) }]
}
