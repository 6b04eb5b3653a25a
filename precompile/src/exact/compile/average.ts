import { Dtype, elementCount } from '../../tensor.js'
import { integerTensor } from '../tensor.js'
import { type Byte, bytesOf, joinBytes } from './bytes.js'
import type { Emitted } from './emit.js'
import type { LoweringContext } from './lowering.js'
import { linear, type Quantised } from './quantised.js'
import {
  convAttributes,
  type Pads,
  reachingPads,
  resolvePads,
  type Sliding,
  windowAttributes,
} from './window.js'

/** Numbers of elements that windows hold have a common multiple of at most this, or are approximated by it. */
const COMMON_STEPS = 2 ** 12

/** The sum under a window, and a scale divided by the number of its elements. */
export function lowerAverage(context: LoweringContext): Quantised {
  const { emitter, node } = context
  const x = context.narrow(0)
  const [, channels = 0, ...spatial] = x.shape
  const [, , ...positions] = context.outputShape(0)
  const window = convAttributes(node.attributes, node.attributes.requiredInts('kernel_shape'))
  const pads = resolvePads(node.attributes, spatial, window)
  const counts = countsOf(context, spatial, positions, window, pads)
  const shape = [channels, 1, ...window.kernel]
  const ones = integerTensor(Dtype.uint8, shape, new Uint8Array(elementCount(shape)).fill(1))
  const attributes = {
    ...windowAttributes(window, reachingPads(spatial, positions, window, pads)),
    group: BigInt(channels),
  }
  const none = emitter.scalar(Dtype.uint8, 0)
  const sumOf = ({ value, zero }: Byte) =>
    emitter.node('ConvInteger', [value, emitter.constant(ones), zero, none], attributes)
  const sums = context.bits === 16 ? sumOfBytes(context, x, sumOf) : sumOf(narrowByte(context, x))
  const [scale = 1] = x.scales
  const [count = 1] = counts
  if (counts.every((other) => other === count)) return linear(sums, scale / count)
  const common = commonMultiple(counts)
  const factors = counts.map((other) => Math.round(common / other))
  const weights = emitter.constant(integerTensor(Dtype.int32, positions, factors))
  return linear(emitter.node('Mul', [sums, weights]), scale / common)
}

function narrowByte({ emitter }: LoweringContext, x: Quantised): Byte {
  return { value: x, zero: emitter.scalar(Dtype.uint8, x.zeros[0] as number) }
}

function sumOfBytes(
  { emitter }: LoweringContext,
  x: Quantised,
  sumOf: (byte: Byte) => Emitted,
): Emitted {
  const { high, low } = bytesOf(emitter, x)
  return joinBytes(emitter, sumOf(high), sumOf(low), Dtype.int32)
}

/** How many elements count under the window at each position. */
function countsOf(
  { node: { attributes } }: LoweringContext,
  spatial: readonly number[],
  positions: readonly number[],
  { kernel, strides, dilations }: Sliding,
  pads: Pads,
): number[] {
  const isPadded = attributes.int('count_include_pad', 0) !== 0
  const perAxis = spatial.map((size, axis) => {
    const head = pads[axis] as number
    const tail = pads[axis + spatial.length] as number
    const [first, last] = isPadded ? [-head, size + tail] : [0, size]
    return Array.from({ length: positions[axis] as number }, (_, position) => {
      const start = position * (strides[axis] as number) - head
      const places = Array.from(
        { length: kernel[axis] as number },
        (__, k) => start + k * (dilations[axis] as number),
      )
      return places.filter((place) => place >= first && place < last).length
    })
  })
  return perAxis.reduce(
    (all, counts) => all.flatMap((one) => counts.map((count) => one * count)),
    [1],
  )
}

function commonMultiple(counts: readonly number[]): number {
  const divide = (a: number, b: number): number => (b === 0 ? a : divide(b, a % b))
  let multiple = 1
  for (const count of new Set(counts)) {
    multiple = (multiple * count) / divide(multiple, count)
    if (multiple > COMMON_STEPS) return COMMON_STEPS
  }
  return multiple
}
