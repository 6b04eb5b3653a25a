import { bytesPerElement, Dtype, elementCount, type Shape } from '../../tensor.js'
import type { NodeContext } from '../infer/context.js'
import { countOf, type Dim, type Dims, FREE, mapDims } from '../infer/value.js'
import { milliMacsOf, narrowFactor } from './mac.js'
import { expectQuantized } from './matmul.js'
import type { Inferred, Operator, OperatorTable, Work } from './operator.js'
import { signature } from './signature.js'
import { BYTES, SINGLE } from './types.js'
import { Weight } from './weights.js'
import { readWindow, slide, type Window } from './window.js'
import { outputElements } from './work.js'

/** Convolution of input `x` with weights `w`, given by their indices. */
function convolved(context: NodeContext, x: number, w: number): readonly Inferred[] {
  const input = context.dims(x)
  const weights = context.dims(w)
  if (input.length < 3) context.fail(`input ${x} has the rank ${input.length}, not 3 or more`)
  if (weights.length !== input.length) context.fail('input and weights differ in rank')
  const group = groupOf(context, weights[0] as Dim)
  const channels = mapDims((each) => each * group, weights[1] as Dim)
  context.same(input[1] as Dim, channels, 'the number of channels')
  const window = windowOf(context, weights)
  if (window.autoPad.startsWith('SAME') && window.dilations.some((size) => size !== 1)) {
    context.fail(`auto_pad ${window.autoPad} with the dilations [${window.dilations}]`)
  }
  const spatial = slide(context, input.slice(2), window)
  return [{ dims: [input[0] as Dim, weights[0] as Dim, ...spatial] }]
}

function groupOf(context: NodeContext, features: Dim): number {
  const group = context.attributes.int('group', 1)
  if (group < 1) context.fail(`group is ${group}`)
  if (features !== FREE && features % group !== 0) {
    context.fail(`${features} channels do not split into ${group} groups`)
  }
  return group
}

function windowOf(context: NodeContext, weights: Dims): Window {
  const declared = context.attributes.ints('kernel_shape')
  const kernel = weights.slice(2)
  if (declared !== undefined && declared.length !== kernel.length) {
    context.fail(`kernel_shape [${declared}] for weights of the shape [${weights}]`)
  }
  declared?.forEach((size, axis) => {
    context.same(kernel[axis] as Dim, size, 'the size of the kernel')
  })
  return readWindow(context, kernel)
}

/** Every output element sums over one group's channels and the kernel. */
function convolutionWork(
  context: NodeContext,
  outputs: readonly Dims[],
  x: number,
  w: number,
): Work {
  const weights = context.shape(w)
  const inner = elementCount(weights.slice(1))
  const output = outputs[0] as readonly number[]
  const group = context.attributes.int('group', 1)
  const features = (weights[0] as number) / group
  const pixels = elementCount(output.slice(2))
  const each = milliMacs(context, x, w) * Math.max(narrowFactor(features), narrowFactor(pixels))
  return {
    milliMacs: elementCount(output) * inner * each,
    // Unfolding the input into columns, once a group.
    deciOps: (output[0] as number) * group * (pixels * inner * 10 + imageOps(weights)),
    workspaceBytes: columnBytes(context.dtype(x), features, pixels, inner),
  }
}

/** The engine's ConvInteger takes its slow path for any signed side, QLinearConv for a signed input alone. */
function milliMacs(context: NodeContext, x: number, w: number): number {
  const isPlain = w === 1 && context.dtype(w) === Dtype.int8
  return milliMacsOf(isPlain ? Dtype.int8 : context.dtype(x), context.dtype(w))
}

/** Setting up one group of one image: a kernel of one pixel is a plain product. */
function imageOps(weights: Shape): number {
  return elementCount(weights.slice(2)) === 1 ? 2 * Weight.product : 10 * Weight.product
}

/** Float convolutions unfold in segments unless they have more features than pixels. */
function columnBytes(dtype: Dtype, features: number, pixels: number, inner: number): number {
  const isFloat = dtype === Dtype.float32 || dtype === Dtype.float16
  if (isFloat && features <= pixels) return 1 << 20
  return pixels * inner * (isFloat ? 4 : bytesPerElement(dtype))
}

const conv: Operator = {
  signature: signature('T, T, T? -> T', { T: { 6: SINGLE } }),
  infer: (context) => convolved(context, 0, 1),
  work: (context, outputs) => convolutionWork(context, outputs, 0, 1),
}

const convInteger: Operator = {
  signature: signature('X, W, X?, W? -> int32', { X: { 10: BYTES }, W: { 10: BYTES } }),
  infer: (context) => convolved(context, 0, 1),
  work: (context, outputs) => convolutionWork(context, outputs, 0, 1),
}

const qLinearConv: Operator = {
  signature: signature('X, S, X, W, S, W, S, X, int32? -> X', {
    X: { 10: BYTES },
    W: { 10: BYTES },
    S: { 10: [Dtype.float32] },
  }),
  infer(context) {
    expectQuantized(context)
    return convolved(context, 0, 3)
  },
  work(context, outputs) {
    const work = convolutionWork(context, outputs, 0, 3)
    const scratch = outputElements(outputs) * 4 + elementCount(context.shape(0))
    return {
      milliMacs: 2 * work.milliMacs,
      deciOps: 2 * work.deciOps + Weight.sigmoid * outputElements(outputs),
      workspaceBytes: (work.workspaceBytes ?? 0) + scratch,
    }
  },
}

const convTranspose: Operator = {
  signature: signature('T, T, T? -> T', { T: { 6: SINGLE } }),
  infer(context) {
    const input = context.dims(0)
    const weights = context.dims(1)
    if (input.length < 3) context.fail(`input 0 has the rank ${input.length}, not 3 or more`)
    if (weights.length !== input.length) context.fail('input and weights differ in rank')
    context.same(input[1] as Dim, weights[0] as Dim, 'the number of channels')
    const group = groupOf(context, weights[0] as Dim)
    const features = mapDims((each) => each * group, weights[1] as Dim)
    const spatial = transposedSpatial(context, input.slice(2), windowOf(context, weights))
    return [{ dims: [input[0] as Dim, features, ...spatial] }]
  },
  work(context, outputs) {
    const input = context.shape(0)
    const inner = elementCount(context.shape(1).slice(1))
    const each = milliMacsOf(context.dtype(0), context.dtype(1))
    const columns = inner * elementCount(input.slice(2))
    // Only images have a fast way back from columns.
    const columnOps = input.length === 4 ? 20 : 250
    const images = (input[0] as number) * context.attributes.int('group', 1)
    return {
      milliMacs: elementCount(input) * inner * each,
      deciOps: images * (columns * columnOps + 10 * Weight.product),
      workspaceBytes: columns * 4 + outputElements(outputs),
    }
  },
}

function transposedSpatial(context: NodeContext, spatial: Dims, window: Window): Dims {
  const rank = spatial.length
  const given = context.attributes.ints('output_shape') ?? []
  const extra = context.attributes.ints('output_padding') ?? new Array<number>(rank).fill(0)
  if (given.length > 0 && given.length < rank) context.fail(`output_shape [${given}] is too short`)
  const wanted = given.slice(-rank)
  return spatial.map((size, axis) =>
    mapDims(
      (length, kernel) => {
        const padding = extra[axis] ?? context.fail(`output_padding [${extra}] is too short`)
        return transposedAxis(context, { length, kernel, axis, padding, wanted }, window)
      },
      size,
      window.kernel[axis] as Dim,
    ),
  )
}

function transposedAxis(
  context: NodeContext,
  given: {
    length: number
    kernel: number
    axis: number
    padding: number
    wanted: readonly number[]
  },
  window: Window,
): number {
  const { length, kernel, axis, padding, wanted } = given
  const stride = window.strides[axis] as number
  // More padding than that, and a convolution back would not give the input's size.
  if (padding < 0 || padding >= stride) context.fail(`output_padding ${padding}, stride ${stride}`)
  const whole = (length - 1) * stride + (kernel - 1) * (window.dilations[axis] as number) + 1
  const size = wanted[axis]
  if (size !== undefined) {
    const fits = size >= 1 && size < whole + stride
    return fits ? size : context.fail(`output_shape [${wanted}] for an axis of at most ${whole}`)
  }
  if (window.autoPad.startsWith('SAME')) return Math.min(whole + padding, length * stride)
  const head = window.pads[axis] as number
  const tail = window.pads[axis + window.kernel.length] as number
  const cut = window.autoPad === 'NOTSET' ? head + tail : 0
  const result = whole + padding - cut
  return result > 0 ? result : context.fail('the pads leave nothing of the output')
}

const col2Im: Operator = {
  signature: signature('T, int64, int64 -> T', { T: { 18: SINGLE } }),
  infer(context) {
    const input = context.expectRank(0, 3)
    const image = context.numbers(1)
    const block = context.numbers(2)
    if (image === FREE || block === FREE) return [{ dims: undefined }]
    const channels = mapDims(
      (rows, ...sizes) => {
        const area = sizes.reduce((product, size) => product * size, 1)
        return rows % area === 0 ? rows / area : context.fail(`${rows} rows of blocks of ${area}`)
      },
      input[1] as Dim,
      ...block,
    )
    checkBlocks(context, image, block)
    return [{ dims: [input[0] as Dim, channels, ...image] }]
  },
}

/** The input must have a column for each position of the block on the image. */
function checkBlocks(context: NodeContext, image: Dims, block: Dims): void {
  if (image.length !== block.length) context.fail('image and block differ in rank')
  const positions = slide(context, image, readWindow(context, block))
  context.same(context.dim(0, 2), countOf(positions), 'the number of blocks')
}

/** Convolutions. */
export const convolution: OperatorTable = {
  Conv: conv,
  ConvInteger: convInteger,
  QLinearConv: qLinearConv,
  ConvTranspose: convTranspose,
  Col2Im: col2Im,
}
