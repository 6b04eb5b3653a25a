import { node, onnx, value, weight } from '../../precompile/src/testing/onnx.js'

const float32 = 1
const uint8 = 2
const int64 = 7

/** Small graphs whose answers can be worked out by hand. Weights are sums of few powers of two: no rounding hides a bug. */
export const graphs = {
  /** y = x·W + b, from four floats to two. */
  affine: onnx({
    nodes: [node('MatMul', ['x', 'W'], ['xW']), node('Add', ['xW', 'b'], ['y'])],
    inputs: [value('x', float32, [1, 4])],
    outputs: [value('y', float32, [1, 2])],
    weights: [
      weight('W', float32, [4, 2], Float32Array.of(0.5, -1, 0.25, 2, 1, 0.125, -2, 0.5)),
      weight('b', float32, [2], Float32Array.of(0.0625, -0.25)),
    ],
  }),
  /** y = x + x, of any length. */
  double: onnx({
    nodes: [node('Add', ['x', 'x'], ['y'])],
    inputs: [value('x', float32, ['n'])],
    outputs: [value('y', float32, ['n'])],
  }),
  /** y = 1 / x: not finite at zero. */
  reciprocal: onnx({
    nodes: [node('Div', ['one', 'x'], ['y'])],
    inputs: [value('x', float32, [1])],
    outputs: [value('y', float32, [1])],
    weights: [weight('one', float32, [1], Float32Array.of(1))],
  }),
  /** Two inputs and two outputs of different types. */
  pair: onnx({
    nodes: [node('Add', ['a', 'a'], ['floats']), node('Add', ['b', 'b'], ['integers'])],
    inputs: [value('a', float32, [2]), value('b', int64, [2])],
    outputs: [value('floats', float32, [2]), value('integers', int64, [2])],
  }),
  /** Pixels to floats. */
  pixels: onnx({
    nodes: [node('Cast', ['x'], ['y'], { to: BigInt(float32) })],
    inputs: [value('x', uint8, [2, 2])],
    outputs: [value('y', float32, [2, 2])],
  }),
  /** One of four floats, by its index: rejects others. */
  pick: onnx({
    nodes: [node('Gather', ['table', 'x'], ['y'])],
    inputs: [value('x', int64, [1])],
    outputs: [value('y', float32, [1])],
    weights: [weight('table', float32, [4], Float32Array.of(1.5, 2.5, 3.5, 4.5))],
  }),
} as const
