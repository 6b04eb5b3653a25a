import { Dtype } from '@lockstep/precompile'
import { keccak256 } from 'viem'
import { node, onnx, value, weight } from '../../../../precompile/src/testing/onnx.js'
import type { Hex } from '../node.js'

/** A small model: its file, and the id under which contracts call it. */
export interface TestModel {
  readonly bytes: Uint8Array
  readonly id: Hex
}

function model(bytes: Uint8Array): TestModel {
  return { bytes, id: keccak256(bytes) }
}

/** y = 2x + 1, for any number of values. */
export const affine = model(
  onnx({
    nodes: [node('Mul', ['x', 'two'], ['doubled']), node('Add', ['doubled', 'one'], ['y'])],
    inputs: [value('x', Dtype.float32, ['n'])],
    outputs: [value('y', Dtype.float32, ['n'])],
    weights: [
      weight('two', Dtype.float32, [1], Float32Array.of(2)),
      weight('one', Dtype.float32, [1], Float32Array.of(1)),
    ],
  }),
)

/** y = 1 / x: infinite where x is 0. */
export const reciprocal = model(
  onnx({
    nodes: [node('Reciprocal', ['x'], ['y'])],
    inputs: [value('x', Dtype.float32, ['n'])],
    outputs: [value('y', Dtype.float32, ['n'])],
  }),
)

/** y = 3x + 1 of three small whole numbers: exact, so every engine gives the same bits. */
export const whole = model(
  onnx({
    nodes: [
      node('Cast', ['x'], ['wide'], { to: BigInt(Dtype.int32) }),
      node('Mul', ['wide', 'three'], ['tripled']),
      node('Add', ['tripled', 'one'], ['y']),
    ],
    inputs: [value('x', Dtype.int8, [3])],
    outputs: [value('y', Dtype.int32, [3])],
    weights: [
      weight('three', Dtype.int32, [1], Int32Array.of(3)),
      weight('one', Dtype.int32, [1], Int32Array.of(1)),
    ],
  }),
)
