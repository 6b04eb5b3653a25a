import { type Window, windowOf } from '../../../exact/operators/window.js'
import { elementCount, type Shape } from '../../../tensor.js'
import type { Source } from '../source.js'
import type { Lowering, LoweringContext } from './lowering.js'
import { multiplyPacked, packElements, packedLength, packRight } from './packedProduct.js'
import { windowPlace } from './window.js'
import { signedShift, zeroPointsOf } from './zeroPoint.js'

const [X_ZERO, W_ZERO] = [2, 3] as const

interface Convolution {
  readonly window: Window
  readonly spatial: Shape
  readonly positions: Shape
  readonly images: number
  readonly groups: number
  /** Channels and features of one group. */
  readonly channels: number
  readonly features: number
  /** Elements of the kernel, of one channel, of one feature. */
  readonly places: number
  readonly size: number
  readonly count: number
}

export const convInteger: Lowering = (context) => {
  const convolution = convolutionOf(context)
  const { groups, channels } = convolution
  // A word holds four channels: alone in a group, a channel would fill it with zeros.
  const isPacked =
    context.input(1).constant !== undefined &&
    context.output.count > 0 &&
    channels > 0 &&
    (groups === 1 || channels > 1)
  return [isPacked ? convolvePacked(context, convolution) : convolve(context, convolution)]
}

function convolutionOf(context: LoweringContext): Convolution {
  const [images, , ...spatial] = context.input(0).shape as [number, number, ...number[]]
  const [features, channels, ...kernel] = context.input(1).shape as [number, number, ...number[]]
  const positions = context.output.shape.slice(2)
  const groups = context.attributes.int('group', 1)
  return {
    window: windowOf(context.attributes, kernel),
    spatial,
    positions,
    images,
    groups,
    channels,
    features: features / groups,
    places: elementCount(kernel),
    size: elementCount(spatial),
    count: elementCount(positions),
  }
}

/**
 * Four channels to a word, so that one place of the window is one word of both sides. The input is packed first;
 * padding is a word of zero points, as if it had been there.
 */
function convolvePacked(context: LoweringContext, convolution: Convolution): Source {
  const { planner } = context
  const { window, spatial, positions, images, groups, features, channels, places } = convolution
  const { size, count } = convolution
  const [x, w] = [context.input(0), context.input(1)]
  const lines = packedLength(channels)
  const depth = places * lines
  const leftZero = (zeroPointsOf(context, X_ZERO)[0] as number) - signedShift(x)
  const zeros = zeroPointsOf(context, W_ZERO)
  const weights = context.constant(1).data
  const right = packRight(planner, {
    groups,
    depth,
    columns: features,
    terms: places * channels,
    byte(group, k, column, j) {
      const channel = 4 * (k % lines) + j
      if (channel >= channels) return 0
      const feature = group * features + column
      const at = (feature * channels + channel) * places + Math.floor(k / lines)
      return (weights[at] as number) - signedShift(w)
    },
    leftZero,
    rightZero: (group, column) =>
      (zeros[zeros.length === 1 ? 0 : group * features + column] as number) - signedShift(w),
  })
  const place = windowPlace(spatial, positions, window, 'row', `(k / ${lines}u)`)
  const padding = ((leftZero & 0xff) * 0x01010101) >>> 0
  return multiplyPacked(planner, packChannels(context, convolution), right, {
    batches: images * groups,
    rows: count,
    columns: features,
    depth,
    inner: 'rows',
    left: (emit) => `${place.declare}
if (!(${place.isInside})) { return ${padding}u; }
return ${emit.word(0, `(batch * ${lines}u + k % ${lines}u) * ${size}u + ${place.offset}`)};`,
    group: `(batch % ${groups}u)`,
    leftOnes: onesOf(channels, lines),
  })
}

/** The bytes of padding beyond the last channel count for nothing. */
function onesOf(channels: number, lines: number): string {
  const rest = channels % 4
  if (rest === 0) return '0x01010101u'
  const last = `${0x01010101 & (2 ** (8 * rest) - 1)}u`
  return `select(0x01010101u, ${last}, k % ${lines}u == ${lines - 1}u)`
}

function packChannels(
  { planner, input }: LoweringContext,
  { images, groups, channels, size }: Convolution,
): Source {
  const x = input(0)
  const lines = packedLength(channels)
  return packElements(planner, x.source, {
    words: images * groups * lines * size,
    locate: `let channel = (i / ${size}u) % ${lines}u * 4u;
let at = (i / ${lines * size}u * ${channels}u + channel) * ${size}u + i % ${size}u;`,
    step: size,
    ...(channels % 4 !== 0 && { isTerm: (j: number) => `channel + ${j}u < ${channels}u` }),
    shift: signedShift(x),
  })
}

/** Element by element: for weights that come out of the graph, and for groups of one channel. */
function convolve(context: LoweringContext, convolution: Convolution): Source {
  const { planner, output } = context
  const { window, spatial, positions, groups, channels, features, places, size, count } =
    convolution
  const [x, w] = [context.input(0), context.input(1)]
  const place = windowPlace(spatial, positions, window, `(i % ${count}u)`, 'place')
  const [xZero = 0] = zeroPointsOf(context, X_ZERO)
  const zeros = zeroPointsOf(context, W_ZERO)
  const wZero: Source =
    zeros.length === 1
      ? { kind: 'literal', value: BigInt(zeros[0] as number) }
      : planner.weight('i32', zeros.length, new Uint32Array(Int32Array.from(zeros).buffer))
  return planner.formula(
    {
      count: output.count,
      layout: output.layout,
      body: (emit) => `let feature = (i / ${count}u) % ${groups * features}u;
let group = i / ${count * features}u;
let zero = ${emit.low(2, zeros.length === 1 ? '0u' : 'feature')};
var sum = 0i;
for (var place = 0u; place < ${places}u; place++) {
  ${place.declare}
  if (${place.isInside}) {
    for (var channel = 0u; channel < ${channels}u; channel++) {
      let a = ${emit.low(0, `(group * ${channels}u + channel) * ${size}u + ${place.offset}`)};
      let b = ${emit.low(1, `(feature * ${channels}u + channel) * ${places}u + place`)};
      sum += (a - ${xZero}i) * (b - zero);
    }
  }
}
return sum;`,
    },
    [x, w, { source: wZero }].map(({ source }) => ({ source, reads: 'often' as const })),
  )
}
