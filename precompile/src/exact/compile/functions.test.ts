import { afterAll, describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engines/wasm.js'
import { readModel } from '../../model/index.js'
import { Dtype, type Tensor } from '../../tensor.js'
import { float32 } from '../../testing/calls.js'
import { type Attributes, node, noise, onnx, value, weight } from '../../testing/onnx.js'
import { readExactGraph } from '../read.js'
import { evaluateExact } from '../reference.js'
import { compileExact } from './compile.js'
import { errorFunction } from './errorFunction.js'

const engine = createWasmEngine({ threads: 1 })
afterAll(() => engine.close())

const SHAPE = [3, 16]

interface Case {
  readonly operator: string
  readonly attributes?: Attributes
  readonly ai?: number
  /** Of the inputs; default [−4, 4). */
  readonly range?: readonly [number, number]
  readonly exponent?: number
  /** Decibels that 8 bits must reach. Default 40: an error of a hundredth. */
  readonly least?: number
}

/** `x` → Gemm, so that there is more to an input than 8 bits → the operator → `y`. */
function graphOf({ operator, attributes, ai = 20, exponent }: Case): Uint8Array {
  const identity = Float32Array.from({ length: 256 }, (_, i) => (i % 17 === 0 ? 1 : 0))
  const inputs = exponent === undefined ? ['h'] : ['h', 'exponent']
  return onnx(
    {
      nodes: [node('Gemm', ['x', 'w'], ['h']), node(operator, inputs, ['y'], attributes)],
      inputs: [value('x', Dtype.float32, SHAPE)],
      outputs: [value('y', Dtype.float32, SHAPE)],
      weights: [
        weight('w', Dtype.float32, [16, 16], identity),
        weight('exponent', Dtype.float32, [], Float32Array.of(exponent ?? 0)),
      ],
    },
    { ai },
  )
}

function samples([low, high]: readonly [number, number]): { x: Tensor }[] {
  const next = noise(11)
  return Array.from({ length: 24 }, () => ({
    x: float32(
      SHAPE,
      Array.from({ length: 48 }, () => low + ((next() + 1) / 2) * (high - low)),
    ),
  }))
}

const cases: readonly Case[] = [
  { operator: 'Sigmoid' },
  { operator: 'Tanh' },
  { operator: 'Exp' },
  { operator: 'Erf' },
  { operator: 'Gelu' },
  { operator: 'Gelu', attributes: { approximate: 'tanh' } },
  { operator: 'Softplus' },
  { operator: 'Softsign' },
  { operator: 'Elu', attributes: { alpha: 0.5 } },
  { operator: 'Selu' },
  { operator: 'Log', range: [0.5, 8] },
  { operator: 'Sqrt', range: [0, 9] },
  { operator: 'Reciprocal', range: [1, 9] },
  { operator: 'Pow', exponent: 3 },
  { operator: 'Pow', exponent: 0.5, range: [0, 9] },
  { operator: 'Softmax' },
  { operator: 'Softmax', attributes: { axis: 0n } },
  { operator: 'Softmax', ai: 11, attributes: { axis: 0n } },
  { operator: 'LogSoftmax' },
  { operator: 'LogSoftmax', attributes: { axis: 0n } },
]

describe.each(cases)('$operator $attributes $exponent', (one) => {
  const { range = [-4, 4], least = 40 } = one
  test.each([8, 16] as const)('is near to the float one in %i bits', async (bits) => {
    const calibration = samples(range)
    const { bytes, report } = await compileExact(graphOf(one), { calibration, bits, engine })
    const model = readModel(bytes)
    expect(model.class).toBe('exact')
    const [output] = report.outputs
    expect(output?.signalToNoiseDb).toBeGreaterThan(bits === 8 ? least : least + 10)
    const input = float32(
      SHAPE,
      Array.from({ length: 48 }, (_, i) => i),
    )
    const integers = { ...input, ...encoded(model.inputs[0]?.dtype as Dtype) }
    const reference = evaluateExact(readExactGraph(bytes), [integers])
    expect(await engine.run(model, [integers])).toEqual(reference)
  })
})

/** Integers over the whole range of an input of 8 or 16 bits. */
function encoded(dtype: Dtype): Pick<Tensor, 'dtype' | 'data'> {
  if (dtype === Dtype.uint8) {
    return { dtype, data: Uint8Array.from({ length: 48 }, (_, i) => (i * 255) / 47) }
  }
  const steps = Int32Array.from({ length: 48 }, (_, i) => (i * 65535) / 47)
  return { dtype, data: new Uint8Array(steps.buffer) }
}

test('the error function agrees with published values', () => {
  // Abramowitz and Stegun, table 7.1.
  expect(errorFunction(0.5)).toBeCloseTo(0.5204998778, 10)
  expect(errorFunction(-1)).toBeCloseTo(-0.8427007929, 10)
  expect(errorFunction(2.4)).toBeCloseTo(0.9993114861, 10)
  expect(errorFunction(2.6)).toBeCloseTo(0.999763966, 9)
  expect(errorFunction(0)).toBe(0)
  expect(errorFunction(6)).toBe(1)
})
