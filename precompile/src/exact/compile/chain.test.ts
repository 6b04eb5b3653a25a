import { afterAll, describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engines/wasm.js'
import { parseModelProto } from '../../model/file/parse.js'
import { readModel } from '../../model/index.js'
import { defaultLimits } from '../../model/limits.js'
import { Dtype } from '../../tensor.js'
import { random } from '../../testing/calls.js'
import { node, noise, onnx, value, weight } from '../../testing/onnx.js'
import { compileExact } from './compile.js'

const engine = createWasmEngine({ threads: 1 })
afterAll(() => engine.close())

const WIDTH = 64
const SHAPE = [32, WIDTH]
const next = noise(5)
const weights = [
  weight(
    'w',
    Dtype.float32,
    [WIDTH, WIDTH],
    Float32Array.from({ length: WIDTH ** 2 }, () => next() / 2),
  ),
  ...[0, 3, 6].map((n) => weight(`c${n}`, Dtype.float32, [], Float32Array.of(n))),
]

/** `x` → Gemm → what the nodes make of `h` → Gemm → `z`, so that neither end of them is one of the graph's. */
function graphOf(nodes: readonly ReturnType<typeof node>[]): Uint8Array {
  return onnx({
    nodes: [node('Gemm', ['x', 'w'], ['h']), ...nodes, node('Gemm', ['y', 'w'], ['z'])],
    inputs: [value('x', Dtype.float32, SHAPE)],
    outputs: [value('z', Dtype.float32, SHAPE)],
    weights,
  })
}

const HARD_SWISH = [
  node('Add', ['h', 'c3'], ['a']),
  node('Clip', ['a', 'c0', 'c6'], ['b']),
  node('Mul', ['h', 'b'], ['c']),
  node('Div', ['c', 'c6'], ['y']),
]
const SWISH = [node('Sigmoid', ['h'], ['s']), node('Mul', ['h', 's'], ['y'])]
/** Relu(h) is read by the sigmoid's branch and by a sum with another tensor. */
const SHARED = [
  node('Relu', ['h'], ['r']),
  node('Sigmoid', ['r'], ['s']),
  node('Mul', ['r', 's'], ['t']),
  node('Add', ['t', 'x'], ['y']),
]

const calibration = Array.from({ length: 8 }, (_, i) => ({ x: random(SHAPE, i + 1) }))

async function compileGraph(nodes: Parameters<typeof graphOf>[0], bits: 8 | 16) {
  const { bytes, report } = await compileExact(graphOf(nodes), { calibration, bits, engine })
  const operators =
    parseModelProto(bytes, defaultLimits).graph?.node.map(({ opType }) => opType) ?? []
  return { bytes, report, count: (name: string) => operators.filter((one) => one === name).length }
}

describe.each([
  ['x · clip(x + 3, 0, 6) / 6', HARD_SWISH],
  ['x · sigmoid(x)', SWISH],
  ['a function beside a sum', SHARED],
])('%s', (_, nodes) => {
  test('is one table, near to the float nodes', async () => {
    const { bytes, report, count } = await compileGraph(nodes, 8)
    expect(readModel(bytes).class).toBe('exact')
    expect(count('GatherElements')).toBe(1)
    expect(report.outputs[0]?.signalToNoiseDb).toBeGreaterThan(36)
  })

  test('is nearer still in 16 bits', async () => {
    const { report } = await compileGraph(nodes, 16)
    expect(report.outputs[0]?.signalToNoiseDb).toBeGreaterThan(75)
  })
})

test('a function that ends with a sum is a table, and what it reads is prepared for that', async () => {
  const nodes = [
    node('Sigmoid', ['h'], ['s']),
    node('Mul', ['h', 's'], ['t']),
    node('Add', ['t', 'c6'], ['y']),
  ]
  const { count, report } = await compileGraph(nodes, 8)
  expect(count('GatherElements')).toBe(1)
  // The sums of the product before it have whole divisors to the steps of the table.
  expect(count('Mul')).toBeLessThanOrEqual(1)
  expect(report.outputs[0]?.signalToNoiseDb).toBeGreaterThan(36)
})

test('scales and clamps alone stay free of charge: no table takes their place', async () => {
  const { count } = await compileGraph(
    [node('Div', ['h', 'c6'], ['a']), node('Clip', ['a', 'c0', 'c3'], ['y'])],
    8,
  )
  expect(count('GatherElements') + count('Gather')).toBe(0)
})

test('channels whose scales differ in sign are divided by no zero', async () => {
  const factors = Float32Array.from(
    { length: WIDTH },
    (_, i) => (i % 3 === 0 ? -1 : 1) * (1 + i / 9),
  )
  const bytes = onnx({
    nodes: [
      node('Gemm', ['x', 'w'], ['h']),
      node('Mul', ['h', 'f'], ['y']),
      node('Gemm', ['y', 'w'], ['z']),
    ],
    inputs: [value('x', Dtype.float32, SHAPE)],
    outputs: [value('z', Dtype.float32, SHAPE)],
    weights: [...weights, weight('f', Dtype.float32, [WIDTH], factors)],
  })
  const { report } = await compileExact(bytes, { calibration, engine })
  expect(report.outputs[0]?.signalToNoiseDb).toBeGreaterThan(36)
})
