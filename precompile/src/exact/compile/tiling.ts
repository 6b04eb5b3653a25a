import { elementCount } from '../../tensor.js'
import { CHANNEL_AXIS, channelProduct } from './channels.js'
import type { FloatConstant, LoweringContext } from './lowering.js'
import type { Quantised } from './quantised.js'
import type { Sliding } from './window.js'

/** Whether what a transposed convolution makes of each element lies beside what it makes of the others. */
export function isTiling(
  context: LoweringContext,
  { kernel, strides, dilations }: Sliding,
): boolean {
  const [, , ...before] = context.inputShape(0)
  const [, , ...after] = context.outputShape(0)
  const { attributes } = context.node
  const isCut = (attributes.ints('pads') ?? []).some((pad) => pad !== 0)
  return (
    !isCut &&
    kernel.every((size, axis) => size === strides[axis] && dilations[axis] === 1) &&
    before.every((size, axis) => size * (kernel[axis] as number) === after[axis])
  )
}

/** Every place of the kernel as a feature of a convolution of single points; then the places are moved between them. */
export function tile(
  context: LoweringContext,
  weights: FloatConstant,
  { kernel }: Sliding,
): Quantised {
  const { emitter, node } = context
  const x = context.narrow(0)
  const [images = 0, , ...spatial] = x.shape
  const [, features = 0] = context.outputShape(0)
  const group = node.attributes.int('group', 1)
  const places = elementCount(kernel)
  const biases = context.constant(2)?.values
  const ones = kernel.map(() => 1)
  const sums = channelProduct(context, x, {
    weights: pointKernels(weights, group),
    biases: Array.from({ length: features * places }, (_, i) =>
      Number(biases?.[Math.floor(i / places)] ?? 0),
    ),
    group,
    window: { kernel: ones, strides: ones, dilations: ones, pads: [...ones, ...ones].fill(0) },
    places,
  })
  const apart = emitter.node('Reshape', [
    sums,
    emitter.list([images, features, ...kernel, ...spatial]),
  ])
  // [images, features, ...kernel, ...spatial] → each axis of the space before that of the kernel.
  const rank = spatial.length
  const perm = [0, 1, ...spatial.flatMap((_, axis) => [2 + rank + axis, 2 + axis])]
  const moved = emitter.node('Transpose', [apart], { perm: perm.map(BigInt) })
  const whole = emitter.node('Reshape', [moved, emitter.list(context.outputShape(0))])
  const isFirst = (_: number, i: number) => i % places === 0
  return {
    ...sums,
    ...whole,
    scales: sums.scales.filter(isFirst),
    zeros: sums.zeros.filter(isFirst),
    axis: CHANNEL_AXIS,
  }
}

/** [channels, features of a group, ...kernel] as one kernel of a single point for each feature and place. */
function pointKernels({ shape, values }: FloatConstant, group: number) {
  const [channels = 0, perGroup = 0, ...kernel] = shape
  const places = elementCount(kernel)
  const inGroup = channels / group
  const points = new Float64Array(values.length)
  values.forEach((weight, i) => {
    const channel = Math.floor(i / (perGroup * places))
    const [block, inside] = [Math.floor(channel / inGroup), channel % inGroup]
    const feature = block * perGroup * places + (i % (perGroup * places))
    points[feature * inGroup + inside] = weight
  })
  return { shape: [perGroup * group * places, inGroup, ...kernel.map(() => 1)], values: points }
}
