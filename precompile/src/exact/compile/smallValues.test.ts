import { afterAll, expect, test } from 'vitest'
import { createWasmEngine } from '../../engines/wasm.js'
import { readModel } from '../../model/index.js'
import { Dtype, type Tensor } from '../../tensor.js'
import { float32 } from '../../testing/calls.js'
import { node, noise, onnx, value, weight } from '../../testing/onnx.js'
import { decodeTensor, encodeTensor } from '../reals.js'
import { compileExact } from './compile.js'

const engine = createWasmEngine({ threads: 1 })
afterAll(() => engine.close())

const SHAPE = [1, 16]
const LARGEST = 10

/** Root mean square, and its logarithm. */
const bytes = onnx({
  nodes: [
    node('Mul', ['x', 'x'], ['squares']),
    node('ReduceMean', ['squares'], ['mean'], { axes: [1n], keepdims: 1n }),
    node('Add', ['mean', 'floor'], ['floored']),
    node('Sqrt', ['floored'], ['size']),
    node('Log', ['size'], ['order']),
  ],
  inputs: [value('x', Dtype.float32, SHAPE)],
  outputs: [value('size', Dtype.float32, [1, 1]), value('order', Dtype.float32, [1, 1])],
  weights: [weight('floor', Dtype.float32, [], Float32Array.of(1e-6))],
})

function sample(size: number, seed: number): Tensor {
  const next = noise(seed)
  return float32(
    SHAPE,
    Array.from({ length: 16 }, () => size * next()),
  )
}

/** From a thousandth of the largest up: each with its own digits. */
const sizes = [LARGEST, LARGEST / 10, LARGEST / 100, LARGEST / 1000]

test('16 bits are as near to small roots of squares as to large ones, relative to their size', async () => {
  const calibration = sizes.flatMap((size) => [1, 2, 3].map((seed) => ({ x: sample(size, seed) })))
  const compiled = await compileExact(bytes, { calibration, bits: 16, engine })
  const [float, exact] = [readModel(bytes), readModel(compiled.bytes)]
  for (const size of sizes) {
    const x = sample(size, 7)
    const [root, order] = (await engine.run(float, [x])).map((one) => decodeTensor(one, undefined))
    const integers = encodeTensor(x, exact.inputs[0]?.dtype as Dtype, exact.encodings?.inputs[0])
    const [nearRoot, nearOrder] = (await engine.run(exact, [integers])).map((one, i) =>
      decodeTensor(one, exact.encodings?.outputs[i]),
    )
    // About a step of the inputs. A table of equal steps is off by several times as much.
    const tolerance = 1e-5 + 2e-6 * (LARGEST / size)
    expect(Math.abs((nearRoot?.[0] as number) / (root?.[0] as number) - 1)).toBeLessThan(tolerance)
    expect(Math.abs((nearOrder?.[0] as number) - (order?.[0] as number))).toBeLessThan(tolerance)
  }
})
