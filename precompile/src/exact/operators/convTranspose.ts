import { elementCount } from '../../tensor.js'
import { channelProduct } from '../compile/channels.js'
import type { Lowering, LoweringContext } from '../compile/lowering.js'
import type { Quantised } from '../compile/quantised.js'
import { isTiling, tile } from '../compile/tiling.js'
import { convAttributes, type Sliding } from '../compile/window.js'

/** Zeros between the elements, then a convolution with the mirrored kernel; of kernels that don't overlap, one of points. */
export const lowerConvTranspose: Lowering = (context) => {
  const { attributes } = context.node
  const weights = context.requireConstant(1)
  const group = attributes.int('group', 1)
  const [, perGroup = 0, ...kernel] = weights.shape
  const window = convAttributes(attributes, kernel)
  if (isTiling(context, window)) return [tile(context, weights, window)]
  const spread = insertZeros(context, context.narrow(0), window.strides)
  const pads = padsOf(context, window)
  const trimmed = trim(context, spread, pads)
  return [
    channelProduct(context, trimmed, {
      weights: mirrored(weights, group),
      biases: context.constant(2)?.values ?? new Array(perGroup * group).fill(0),
      group,
      window: {
        ...window,
        strides: window.strides.map(() => 1),
        pads: pads.map((pad) => Math.max(0, pad)),
      },
    }),
  ]
}

/** Follows each element by stride − 1 zero points on each spatial axis. */
function insertZeros(
  { emitter }: LoweringContext,
  x: Quantised,
  strides: readonly number[],
): Quantised {
  if (strides.every((stride) => stride === 1)) return x
  const [images = 0, channels = 0, ...spatial] = x.shape
  const apart = [images, channels, ...spatial.flatMap((size) => [size, 1])]
  const heads = apart.map(() => 0)
  const tails = [0, 0, ...strides.flatMap((stride) => [0, stride - 1])]
  const zero = emitter.scalar(x.dtype, x.zeros[0] as number)
  const opened = emitter.node('Reshape', [x, emitter.list(apart)])
  const filled = emitter.node('Pad', [opened, emitter.list([...heads, ...tails]), zero])
  const whole = spatial.map((size, axis) => size * (strides[axis] as number))
  const shape = emitter.list([images, channels, ...whole])
  return { ...x, ...emitter.node('Reshape', [filled, shape]) }
}

/** Pads of the convolution over the spread input; below zero where it has to be cut. */
function padsOf(context: LoweringContext, { kernel, strides, dilations }: Sliding): number[] {
  const [, , ...spatial] = context.inputShape(0)
  const [, , ...result] = context.outputShape(0)
  const { attributes } = context.node
  const given = attributes.ints('pads') ?? [...kernel, ...kernel].map(() => 0)
  const isLower = attributes.string('auto_pad', 'NOTSET') === 'SAME_LOWER'
  const isDerived = isLower || attributes.string('auto_pad', 'NOTSET') === 'SAME_UPPER'
  const extra = attributes.ints('output_padding') ?? kernel.map(() => 0)
  const heads = kernel.map((size, axis) => {
    const reach = (size - 1) * (dilations[axis] as number)
    const full = ((spatial[axis] as number) - 1) * (strides[axis] as number) + reach + 1
    const total = full + (extra[axis] as number) - (result[axis] as number)
    const derived = isLower ? Math.ceil(total / 2) : Math.floor(total / 2)
    const isShaped = attributes.has('output_shape') || isDerived
    return reach - (isShaped ? derived : (given[axis] as number))
  })
  const tails = kernel.map((size, axis) => {
    const reach = (size - 1) * (dilations[axis] as number)
    const spread = (spatial[axis] as number) * (strides[axis] as number)
    return (result[axis] as number) + reach - spread - (heads[axis] as number)
  })
  return [...heads, ...tails]
}

function trim({ emitter }: LoweringContext, x: Quantised, pads: readonly number[]): Quantised {
  if (pads.every((pad) => pad >= 0)) return x
  const spatial = x.shape.slice(2)
  const starts = spatial.map((_, axis) => Math.max(0, -(pads[axis] as number)))
  const ends = spatial.map(
    (size, axis) => size - Math.max(0, -(pads[spatial.length + axis] as number)),
  )
  const axes = spatial.map((_, axis) => axis + 2)
  const lists = [starts, ends, axes].map((list) => emitter.list(list))
  return { ...x, ...emitter.node('Slice', [x, ...lists]) }
}

/** [channels, features of a group, ...kernel] as the convolution wants it, every kernel turned round. */
function mirrored(weights: { shape: readonly number[]; values: Float64Array }, group: number) {
  const [channels = 0, perGroup = 0, ...kernel] = weights.shape
  const places = elementCount(kernel)
  const inGroup = channels / group
  const values = new Float64Array(weights.values.length)
  for (let channel = 0; channel < channels; channel++) {
    const [block, inside] = [Math.floor(channel / inGroup), channel % inGroup]
    for (let feature = 0; feature < perGroup; feature++) {
      const from = (channel * perGroup + feature) * places
      const to = ((block * perGroup + feature) * inGroup + inside) * places
      for (let place = 0; place < places; place++) {
        values[to + place] = weights.values[from + places - 1 - place] as number
      }
    }
  }
  return { shape: [perGroup * group, inGroup, ...kernel], values }
}
