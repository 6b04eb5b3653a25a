import { afterAll, describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engines/wasm.js'
import { Dtype, elementCount, type Shape } from '../../tensor.js'
import { float32 } from '../../testing/calls.js'
import { compileAndHold } from '../../testing/compiled.js'
import { type Attributes, node, noise, onnx, value, weight } from '../../testing/onnx.js'
import { lowerings } from './lowerings.js'
import { rewrites } from './normalise.js'
import type { CompileReport } from './report.js'

const engine = createWasmEngine({ threads: 1 })
afterAll(() => engine.close())

const SAMPLES = 12
/** Decibels that 16 bits must reach beyond 8. */
const WIDE_GAIN = 35

/** A constant input: its elements, or how many there are to draw. */
interface Constant {
  readonly dtype?: Dtype
  readonly shape: Shape
  readonly elements?: readonly number[]
  readonly range?: Range
}

type Range = readonly [low: number, high: number]

interface Case {
  readonly operator: string
  /** What the title says beside it. */
  readonly title?: string
  /** Shape of the varying input. */
  readonly shape: Shape
  readonly range?: Range
  /** A second input that varies. */
  readonly other?: Shape
  readonly otherRange?: Range
  readonly constants?: readonly (Constant | undefined)[]
  readonly attributes?: Attributes
  readonly ai?: number
  readonly ml?: number
  readonly outputs?: number
  /** Decibels that 8 bits must reach. */
  readonly least?: number
  /** Whether the result is no real number: indices, truths. */
  readonly isInteger?: boolean
}

const next = noise(23)
const draw = ([low, high]: Range) => low + ((next() + 1) / 2) * (high - low)

/** Near the identity, so that what follows keeps its range; every column has a scale of its own. */
function mixing(size: number, least = -0.1): Float32Array {
  return Float32Array.from({ length: size * size }, (_, i) =>
    i % (size + 1) === 0 ? 1 + (i % 7) / 10 : draw([least, 0.1]),
  )
}

const int64s = (...elements: number[]): Constant => ({
  dtype: Dtype.int64,
  shape: [elements.length],
  elements,
})
const floats = (shape: Shape, range: Range = [-1, 1]): Constant => ({ shape, range })
const real = (element: number): Constant => ({ shape: [], elements: [element] })

/**
 * The operator twice: on the graph's inputs and straight to an output, and on the sums of a product and before another
 * one, where everything stands in other forms.
 */
function graphOf(one: Case, outputShape?: Shape): Uint8Array {
  const { operator, shape, other, constants = [], attributes, ai, ml, outputs = 1 } = one
  const names = (prefix: string) => Array.from({ length: outputs }, (_, i) => `${prefix}${i}`)
  const fixed = constants.map((constant, i) => (constant ? `c${i}` : ''))
  const given = (...names: string[]) => [...(other ? names : names.slice(0, 1)), ...fixed]
  const columns = shape.at(-1) as number
  const last = outputShape?.at(-1)
  const isMixed = !one.isInteger && last !== undefined && (outputShape?.length ?? 0) > 1
  const weights = constants.flatMap((constant, i) => {
    if (!constant) return []
    const { dtype = Dtype.float32, shape: dims, elements, range = [-1, 1] } = constant
    const list = elements ?? Array.from({ length: elementCount(dims) }, () => draw(range))
    const data =
      dtype === Dtype.int64
        ? BigInt64Array.from(list, BigInt)
        : dtype === Dtype.bool
          ? Uint8Array.from(list)
          : Float32Array.from(list)
    return [weight(`c${i}`, dtype, dims, data)]
  })
  return onnx(
    {
      nodes: [
        node(operator, given('x', 'z'), names('direct'), attributes),
        node('MatMul', ['x', 'before'], ['sums']),
        ...(other ? [node('MatMul', ['z', 'beside'], ['others'])] : []),
        node(operator, given('sums', 'others'), names('within'), attributes),
        ...(isMixed ? [node('MatMul', ['within0', 'after'], ['mixed'])] : []),
      ],
      inputs: [
        value('x', Dtype.float32, shape),
        ...(other ? [value('z', Dtype.float32, other)] : []),
      ],
      outputs: [...names('direct'), ...(isMixed ? ['mixed'] : names('within'))].map((name) => ({
        name,
      })),
      weights: [
        ...weights,
        weight(
          'before',
          Dtype.float32,
          [columns, columns],
          mixing(columns, (one.range?.[0] ?? -1) > 0 ? 0 : -0.1),
        ),
        ...(other
          ? [
              weight(
                'beside',
                Dtype.float32,
                [other.at(-1) as number, other.at(-1) as number],
                mixing(other.at(-1) as number),
              ),
            ]
          : []),
        ...(isMixed ? [weight('after', Dtype.float32, [last, last], mixing(last))] : []),
      ],
    },
    { ...(ai !== undefined && { ai }), ...(ml !== undefined && { ml }) },
  )
}

const matrix = [3, 8]
const image = [1, 4, 6, 8]
const signal = [1, 4, 12]
const recurrent = (gates: number, directions = 1): Constant[] => [
  floats([directions, gates * 5, 8], [-0.6, 0.6]),
  floats([directions, gates * 5, 5], [-0.6, 0.6]),
  floats([directions, 2 * gates * 5], [-0.6, 0.6]),
]
const state = (directions = 1): Constant => floats([directions, 2, 5])
const peepholes = (): Constant => floats([1, 15], [-0.6, 0.6])

const cases: readonly Case[] = [
  {
    operator: 'Gemm',
    shape: matrix,
    constants: [floats([5, 8]), floats([5])],
    attributes: { transB: 1n, alpha: 0.5, beta: 2 },
  },
  {
    operator: 'Gemm',
    title: 'of two tensors',
    shape: [3, 8],
    other: [3, 5],
    attributes: { transA: 1n },
  },
  { operator: 'MatMul', shape: [2, 3, 8], constants: [floats([8, 6])] },
  { operator: 'MatMul', title: 'of two tensors', shape: [2, 3, 8], other: [2, 8, 6] },
  {
    operator: 'MatMul',
    title: 'by a stack of matrices',
    shape: [2, 3, 8],
    constants: [floats([2, 8, 6])],
  },
  {
    operator: 'Conv',
    shape: image,
    constants: [floats([6, 4, 3, 3]), floats([6])],
    attributes: { pads: [1n, 1n, 1n, 1n] },
  },
  {
    operator: 'Conv',
    title: 'in groups',
    shape: image,
    constants: [floats([6, 2, 3, 3])],
    attributes: { group: 2n },
  },
  {
    operator: 'Conv',
    title: 'depthwise',
    shape: image,
    constants: [floats([4, 1, 3, 3]), floats([4])],
    attributes: { group: 4n, pads: [1n, 1n, 1n, 1n] },
  },
  {
    operator: 'Conv',
    title: 'strided',
    shape: image,
    constants: [floats([5, 4, 3, 3])],
    attributes: { strides: [2n, 2n], auto_pad: 'SAME_UPPER' },
  },
  {
    operator: 'Conv',
    title: 'dilated',
    shape: image,
    constants: [floats([5, 4, 2, 2])],
    attributes: { dilations: [2n, 3n], pads: [1n, 0n, 0n, 2n] },
  },
  {
    operator: 'Conv',
    title: 'along one axis',
    shape: signal,
    constants: [floats([5, 4, 3]), floats([5])],
    attributes: { strides: [2n], dilations: [2n], pads: [2n, 1n] },
  },
  {
    operator: 'ConvTranspose',
    shape: image,
    constants: [floats([4, 3, 3, 3]), floats([3])],
    attributes: { strides: [2n, 2n], pads: [1n, 1n, 1n, 1n], output_padding: [1n, 0n] },
  },
  {
    operator: 'ConvTranspose',
    title: 'in groups, along one axis',
    shape: signal,
    constants: [floats([4, 2, 3])],
    attributes: { group: 2n, strides: [3n], dilations: [2n] },
  },
  {
    operator: 'ConvTranspose',
    title: 'of kernels side by side',
    shape: image,
    constants: [floats([4, 3, 2, 3]), floats([3])],
    attributes: { strides: [2n, 3n] },
  },
  {
    operator: 'ConvTranspose',
    title: 'of kernels side by side, in groups, along one axis',
    shape: signal,
    constants: [floats([4, 3, 2])],
    attributes: { group: 2n, strides: [2n] },
  },
  {
    operator: 'BatchNormalization',
    shape: image,
    constants: [floats([4], [0.5, 2]), floats([4]), floats([4]), floats([4], [0.5, 2])],
  },
  {
    operator: 'LayerNormalization',
    shape: [2, 3, 8],
    constants: [floats([8], [0.5, 2]), floats([8])],
    least: 35,
  },
  {
    operator: 'LayerNormalization',
    title: 'over two axes',
    shape: [2, 3, 8],
    constants: [floats([3, 8], [0.5, 2])],
    attributes: { axis: -2n },
    least: 35,
  },
  {
    operator: 'InstanceNormalization',
    shape: image,
    constants: [floats([4], [0.5, 2]), floats([4])],
    least: 35,
  },
  { operator: 'Relu', shape: matrix },
  { operator: 'LeakyRelu', shape: matrix, attributes: { alpha: 0.2 } },
  { operator: 'PRelu', shape: image, constants: [floats([4, 1, 1])] },
  { operator: 'Clip', shape: matrix, constants: [real(-1.5), real(2)] },
  { operator: 'Sigmoid', shape: matrix },
  { operator: 'Tanh', shape: matrix },
  { operator: 'HardSigmoid', shape: matrix, attributes: { alpha: 0.3, beta: 0.4 } },
  { operator: 'HardSwish', shape: matrix },
  { operator: 'Elu', shape: matrix },
  { operator: 'Selu', shape: matrix },
  { operator: 'Erf', shape: matrix },
  { operator: 'Exp', shape: matrix, range: [-4, 2], least: 30 },
  { operator: 'Gelu', shape: matrix, ai: 20 },
  { operator: 'Softplus', shape: matrix },
  { operator: 'Softsign', shape: matrix },
  { operator: 'Softmax', shape: matrix },
  { operator: 'LogSoftmax', shape: matrix },
  { operator: 'Log', shape: matrix, range: [0.5, 9], least: 35 },
  { operator: 'Sqrt', shape: matrix, range: [0.1, 9], least: 35 },
  { operator: 'Reciprocal', shape: matrix, range: [0.7, 9], least: 30 },
  { operator: 'Pow', shape: matrix, constants: [real(2)], least: 35 },
  {
    operator: 'Pow',
    title: 'of a root',
    shape: matrix,
    range: [0.1, 9],
    constants: [real(0.5)],
    least: 35,
  },
  { operator: 'Pow', title: 'of a cube', shape: matrix, constants: [real(3)], least: 33 },
  {
    operator: 'MaxPool',
    shape: image,
    attributes: { kernel_shape: [3n, 2n], strides: [2n, 1n], pads: [1n, 0n, 1n, 1n] },
  },
  {
    operator: 'MaxPool',
    title: 'along one axis',
    shape: signal,
    attributes: { kernel_shape: [3n], strides: [2n] },
  },
  {
    operator: 'AveragePool',
    shape: image,
    attributes: { kernel_shape: [3n, 2n], strides: [2n, 1n], pads: [1n, 0n, 1n, 1n] },
  },
  {
    operator: 'AveragePool',
    title: 'along one axis',
    shape: signal,
    attributes: { kernel_shape: [4n], strides: [4n] },
  },
  { operator: 'GlobalAveragePool', shape: image },
  { operator: 'GlobalMaxPool', shape: image },
  { operator: 'Add', shape: matrix, other: matrix, otherRange: [-30, 30] },
  { operator: 'Add', title: 'of a bias', shape: image, constants: [floats([4, 1, 1])] },
  { operator: 'Add', title: 'of a matrix of weights', shape: matrix, constants: [floats(matrix)] },
  { operator: 'Sub', shape: [2, 3, 8], other: [3, 1] },
  { operator: 'Sub', title: 'of a number', shape: matrix, constants: [real(0.7)] },
  { operator: 'Mul', shape: matrix, other: matrix },
  {
    operator: 'Mul',
    title: 'by a factor a column',
    shape: matrix,
    constants: [floats([8], [-2, 2])],
  },
  {
    operator: 'Mul',
    title: 'by a matrix of weights',
    shape: matrix,
    constants: [floats(matrix, [-2, 2])],
  },
  { operator: 'Div', shape: matrix, constants: [real(-3)] },
  {
    operator: 'Div',
    title: 'by a tensor',
    shape: matrix,
    other: matrix,
    otherRange: [4, 8],
    least: 35,
  },
  { operator: 'Neg', shape: matrix },
  { operator: 'Abs', shape: matrix },
  { operator: 'Max', shape: matrix, other: matrix },
  { operator: 'Min', title: 'and a number', shape: matrix, constants: [real(1)] },
  {
    operator: 'Concat',
    shape: matrix,
    other: matrix,
    otherRange: [-1, 1],
    attributes: { axis: 0n },
  },
  {
    operator: 'Slice',
    shape: image,
    constants: [int64s(-1, 1), int64s(-100, 7), int64s(2, 3), int64s(-1, 2)],
  },
  { operator: 'Gather', shape: image, constants: [int64s(2, -1, 0)], attributes: { axis: 3n } },
  {
    operator: 'Split',
    shape: matrix,
    outputs: 2,
    constants: [int64s(3, 5)],
    attributes: { axis: 1n },
  },
  { operator: 'Reshape', shape: matrix, constants: [int64s(2, -1)] },
  { operator: 'Transpose', shape: image, attributes: { perm: [0n, 2n, 3n, 1n] } },
  { operator: 'Flatten', shape: image, attributes: { axis: 2n } },
  { operator: 'Squeeze', shape: image, constants: [int64s(0)] },
  { operator: 'Unsqueeze', shape: matrix, constants: [int64s(0)] },
  { operator: 'Identity', shape: matrix },
  { operator: 'Dropout', shape: matrix },
  { operator: 'Cast', shape: matrix, attributes: { to: 1n } },
  { operator: 'Expand', shape: [3, 1, 8], constants: [int64s(2, 3, 4, 8)] },
  { operator: 'Tile', shape: matrix, constants: [int64s(2, 1)] },
  { operator: 'Pad', shape: matrix, constants: [int64s(1, 0, 0, 2), real(-1)] },
  {
    operator: 'Pad',
    title: 'by reflection',
    shape: matrix,
    constants: [int64s(1, 2, 0, 2)],
    attributes: { mode: 'reflect' },
  },
  {
    operator: 'Pad',
    title: 'by the edge',
    shape: matrix,
    constants: [int64s(1, 2, 0, 2)],
    attributes: { mode: 'edge' },
  },
  {
    operator: 'Resize',
    shape: image,
    constants: [undefined, { shape: [4], elements: [1, 1, 2, 1.5] }],
    attributes: {
      mode: 'nearest',
      coordinate_transformation_mode: 'asymmetric',
      nearest_mode: 'floor',
    },
  },
  { operator: 'ReduceMean', shape: image, attributes: { axes: [2n, 3n], keepdims: 1n } },
  { operator: 'ReduceSum', shape: image, constants: [int64s(1)], attributes: { keepdims: 0n } },
  { operator: 'ReduceMax', shape: image, attributes: { axes: [-1n], keepdims: 1n } },
  { operator: 'ReduceMin', shape: image, attributes: { axes: [1n], keepdims: 1n } },
  {
    operator: 'LSTM',
    shape: [4, 2, 8],
    constants: recurrent(4),
    attributes: { hidden_size: 5n },
    outputs: 3,
    least: 30,
  },
  {
    operator: 'LSTM',
    title: 'in reverse, from a state',
    shape: [4, 2, 8],
    constants: [...recurrent(4), undefined, state(), state()],
    attributes: { hidden_size: 5n, direction: 'reverse' },
    outputs: 3,
    least: 30,
  },
  {
    operator: 'LSTM',
    title: 'in both directions',
    shape: [3, 2, 8],
    constants: [...recurrent(4, 2), undefined, state(2), state(2)],
    attributes: { hidden_size: 5n, direction: 'bidirectional' },
    outputs: 3,
    least: 30,
  },
  {
    operator: 'LSTM',
    title: 'with peepholes',
    shape: [4, 2, 8],
    constants: [...recurrent(4), undefined, state(), state(), peepholes()],
    attributes: { hidden_size: 5n },
    outputs: 3,
    least: 30,
  },
  {
    operator: 'LSTM',
    title: 'with coupled gates',
    shape: [4, 2, 8],
    constants: [...recurrent(4), undefined, state(), state()],
    attributes: { hidden_size: 5n, input_forget: 1n },
    outputs: 3,
    least: 30,
  },
  {
    operator: 'LSTM',
    title: 'with clipped gates',
    shape: [4, 2, 8],
    constants: recurrent(4),
    attributes: { hidden_size: 5n, clip: 0.6 },
    outputs: 3,
    least: 30,
  },
  {
    operator: 'GRU',
    shape: [4, 2, 8],
    constants: recurrent(3),
    attributes: { hidden_size: 5n },
    outputs: 2,
    least: 30,
  },
  {
    operator: 'GRU',
    title: 'in both directions, resetting last',
    shape: [3, 2, 8],
    constants: [...recurrent(3, 2), undefined, state(2)],
    attributes: { hidden_size: 5n, direction: 'bidirectional', linear_before_reset: 1n },
    outputs: 2,
    least: 30,
  },
  {
    operator: 'RNN',
    shape: [4, 2, 8],
    constants: recurrent(1),
    attributes: { hidden_size: 5n },
    outputs: 2,
    least: 30,
  },
]

describe.each(cases)('$operator $title', (one) => {
  test.each([8, 16] as const)('is near to the float one in %i bits', async (bits) => {
    const { shape, other, range = [-3, 3], otherRange = [-3, 3], least = 37 } = one
    const tensor = (dims: Shape, within: Range) =>
      float32(
        [...dims],
        Array.from({ length: elementCount(dims) }, () => draw(within)),
      )
    const calibration = Array.from({ length: SAMPLES }, () => ({
      x: tensor(shape, range),
      ...(other && { z: tensor(other, otherRange) }),
    }))
    const report: CompileReport = await compileAndHold(engine, graphOf(one), { calibration, bits })
    for (const { signalToNoiseDb } of report.outputs) {
      expect(signalToNoiseDb).toBeGreaterThan(bits === 8 ? least : least + WIDE_GAIN)
    }
  })
})

test('every operator that is lowered or rewritten is tried here, or in a test of its own', () => {
  const elsewhere = [
    ...['And', 'ArgMax', 'ArgMin', 'Equal', 'Greater', 'GreaterOrEqual', 'Less', 'LessOrEqual'],
    ...['Not', 'Or', 'Where', 'Xor'],
    // Resize by its older name.
    'Upsample',
  ]
  const tried = new Set([...cases.map(({ operator }) => operator), ...elsewhere])
  const taken = [...Object.keys(lowerings), ...Object.keys(rewrites)]
  const untried = taken.filter((name) => !name.startsWith('ai.onnx.ml.') && !tried.has(name))
  expect(untried).toEqual([])
})
