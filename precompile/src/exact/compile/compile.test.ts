import { afterAll, describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engines/wasm.js'
import { readModel } from '../../model/index.js'
import { Dtype } from '../../tensor.js'
import { random } from '../../testing/calls.js'
import { node, noise, onnx, value, weight } from '../../testing/onnx.js'
import { compileExact } from './compile.js'

const engine = createWasmEngine({ threads: 1 })
afterAll(() => engine.close())

const next = noise(5)
const floats = (count: number) => Float32Array.from({ length: count }, next)

/** `x[1, 16]` → Gemm, Relu, Gemm, Add of a skipped connection → `y[1, 8]` */
const network = onnx({
  nodes: [
    node('Gemm', ['x', 'w1', 'b1'], ['h1'], { transB: 1n }),
    node('Relu', ['h1'], ['h2']),
    node('Gemm', ['h2', 'w2', 'b2'], ['h3']),
    node('Gemm', ['x', 'w3'], ['h4']),
    node('Add', ['h3', 'h4'], ['y']),
  ],
  inputs: [value('x', Dtype.float32, ['batch', 16])],
  outputs: [value('y', Dtype.float32, ['batch', 8])],
  weights: [
    weight('w1', Dtype.float32, [32, 16], floats(512)),
    weight('b1', Dtype.float32, [32], floats(32)),
    weight('w2', Dtype.float32, [32, 8], floats(256)),
    weight('b2', Dtype.float32, [8], floats(8)),
    weight('w3', Dtype.float32, [16, 8], floats(128)),
  ],
})
const calibration = Array.from({ length: 20 }, (_, i) => ({ x: random([1, 16], i + 1) }))

describe('compileExact', () => {
  test('makes an exact model of a float one, near to it', async () => {
    const options = { calibration, shapes: { x: [1, 16] }, engine }
    const { bytes, report } = await compileExact(network, options)
    expect(readModel(bytes).class).toBe('exact')
    expect(report.outputs[0]?.signalToNoiseDb).toBeGreaterThan(35)
    // The same file, options and data give the same bytes.
    expect(Buffer.from((await compileExact(network, options)).bytes).equals(bytes)).toBe(true)
  })
})
