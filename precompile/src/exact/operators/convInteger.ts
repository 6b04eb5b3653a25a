import { Dtype, elementCount } from '../../tensor.js'
import { union } from '../interval.js'
import { centred, type DotBounds, dotOf, weightedDot } from './dot.js'
import { outputOf } from './elementwise.js'
import type { BoundsContext, ExactOperator } from './operator.js'
import { expectRoom, lessZero, zeroPoints } from './quantized.js'
import { isPadded, windowOf, windowOffsets } from './window.js'

const [X_ZERO, W_ZERO] = [2, 3] as const

export const convInteger: ExactOperator = {
  dtypes: [Dtype.uint8, Dtype.int8],
  meaning: 'convolution of (x − x_zero) with (w − w_zero), in int32; padding is x_zero',
  // As in products of matrices, native engines saturate one pair of types at 16 bits.
  refused:
    'an int8 input with uint8 weights; `auto_pad`; zero points of single features, or that are no constants; a sum that may overflow in any order',
  bounds(context) {
    if (context.input(0).dtype === Dtype.int8 && context.input(1).dtype === Dtype.uint8) {
      context.refuse(
        'an int8 input meets uint8 weights',
        'Add 128 to the input and its zero point.',
      )
    }
    expectRoom(context, elementCount(context.input(1).shape.slice(1)))
    const { partial, result } = boundsOf(context)
    context.fits('a part of a sum', partial, Dtype.int32)
    return [result]
  },
  evaluate(context) {
    const output = outputOf(context)
    const [, ...inside] = context.input(1).shape
    const x = lessZero(context, 0, X_ZERO)
    const w = lessZero(context, 1, W_ZERO)
    const [, , ...spatial] = context.input(0).shape
    const [images, features, ...positions] = output.shape
    const [channels, ...kernel] = inside
    const offsets = windowOffsets(spatial, positions, windowOf(context.attributes, kernel))
    convolve(output.data as Int32Array, x, w, offsets, {
      images: images as number,
      features: features as number,
      channels: channels as number,
      places: elementCount(kernel),
      groups: context.attributes.int('group', 1),
      size: elementCount(spatial),
      positions: elementCount(positions),
    })
    return [output]
  },
}

function boundsOf(context: BoundsContext): DotBounds {
  const [x, w] = [context.input(0), context.input(1)]
  const [features, ...inside] = w.shape
  const length = elementCount(inside)
  const inner = centred(x, zeroPoints(context, X_ZERO))
  // ONNX allows one for each feature; ONNX Runtime has no kernel for it.
  const [wZero] = zeroPoints(context, W_ZERO) as [number]
  // Padding is the zero point, so it adds nothing.
  const values = isPadded(context) ? union(inner, { low: 0n, high: 0n }) : inner
  if (!w.constant) return dotOf(length, values, centred(w, [wZero]))
  const lines = { outer: features as number, length, inner: 1, zero: () => wZero }
  return weightedDot(context, { tensor: w.constant, ...lines }, values)
}

interface Sizes {
  readonly images: number
  readonly features: number
  /** Of the input, in one group. */
  readonly channels: number
  /** Elements of the kernel. */
  readonly places: number
  readonly groups: number
  /** Elements of one channel of the input. */
  readonly size: number
  /** Elements of one feature of the output. */
  readonly positions: number
}

/** @param offsets - As `windowOffsets` gives them. */
function convolve(
  target: Int32Array,
  x: Int32Array,
  w: Int32Array,
  offsets: Int32Array,
  { images, features, channels, places, groups, size, positions }: Sizes,
): void {
  const perGroup = features / groups
  for (let image = 0; image < images; image++) {
    for (let feature = 0; feature < features; feature++) {
      const to = (image * features + feature) * positions
      const group = Math.floor(feature / perGroup)
      for (let channel = 0; channel < channels; channel++) {
        const from = ((image * groups + group) * channels + channel) * size
        for (let place = 0; place < places; place++) {
          const weight = w[(feature * channels + channel) * places + place] as number
          const first = place * positions
          for (let position = 0; position < positions; position++) {
            const offset = offsets[first + position] as number
            if (offset < 0) continue
            const term = Math.imul(weight, x[from + offset] as number)
            target[to + position] = (target[to + position] as number) + term
          }
        }
      }
    }
  }
}
