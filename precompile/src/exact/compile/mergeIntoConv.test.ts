import { afterAll, describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engines/wasm.js'
import { parseModelProto } from '../../model/file/parse.js'
import { defaultLimits } from '../../model/limits.js'
import { Dtype } from '../../tensor.js'
import { random } from '../../testing/calls.js'
import { type Graph, node, noise, onnx, value, weight } from '../../testing/onnx.js'
import { compileExact } from './compile.js'

const engine = createWasmEngine({ threads: 1 })
afterAll(() => engine.close())

const SHAPE = [1, 4, 12, 12]
const FEATURES = 6
const calibration = Array.from({ length: 6 }, (_, i) => ({ x: random(SHAPE, i + 1) }))

/** Channels of very different sizes, as trained scales have. */
const factors = Array.from({ length: FEATURES }, (_, c) => (c % 2 === 0 ? 1 : -1) * 3 ** (c - 3))

const next = noise(9)
const floats = (name: string, dims: readonly number[], elements?: readonly number[]) =>
  weight(
    name,
    Dtype.float32,
    [...dims],
    Float32Array.from(
      elements ?? Array.from({ length: dims.reduce((a, b) => a * b, 1) }, () => next() / 3),
    ),
  )

const weights = [
  floats('kernel', [FEATURES, 4, 3, 3]),
  floats('turned', [4, FEATURES / 2, 3, 3]),
  floats('bias', [FEATURES]),
  floats('factor', [FEATURES, 1, 1], factors),
  floats('offset', [1, FEATURES, 1, 1]),
  floats('number', [], [0.7]),
  ...['gamma', 'beta', 'mean'].map((name) => floats(name, [FEATURES])),
  floats('variance', [FEATURES], [0.5, 1, 1.5, 2, 2.5, 3]),
  floats('last', [3, FEATURES, 1, 1]),
]

/** What follows a convolution: a factor and an offset for each channel, for all, and a normalization. */
const tail = [
  node('Mul', ['factor', 'h'], ['m']),
  node('Add', ['m', 'offset'], ['a']),
  node('Sub', ['a', 'number'], ['s']),
  node('Div', ['s', 'number'], ['d']),
  node('BatchNormalization', ['d', 'gamma', 'beta', 'mean', 'variance'], ['n']),
  node('Relu', ['n'], ['y']),
  node('Conv', ['y', 'last'], ['z']),
]

async function compileTail(first: Graph['nodes'][number], outputs: readonly string[] = ['z']) {
  const bytes = onnx({
    nodes: [first, ...tail],
    inputs: [value('x', Dtype.float32, SHAPE)],
    outputs: outputs.map((name) => ({ name })),
    weights,
  })
  const compiled = await compileExact(bytes, { calibration, engine })
  const operators =
    parseModelProto(compiled.bytes, defaultLimits).graph?.node.map(({ opType }) => opType) ?? []
  return {
    report: compiled.report,
    count: (name: string) => operators.filter((one) => one === name).length,
  }
}

describe.each([
  ['Conv', node('Conv', ['x', 'kernel', 'bias'], ['h'])],
  ['Conv without a bias', node('Conv', ['x', 'kernel'], ['h'])],
  ['ConvTranspose in groups', node('ConvTranspose', ['x', 'turned'], ['h'], { group: 2n })],
])('%s', (_, first) => {
  test('takes up what follows it, so that one division brings it to its scale', async () => {
    const { report, count } = await compileTail(first)
    // One for the channels, and none for anything between; the other belongs to what leaves the graph.
    expect(count('Div')).toBeLessThanOrEqual(2)
    expect(report.layers.map(({ operator }) => operator)).not.toContain('BatchNormalization')
    expect(report.outputs[0]?.signalToNoiseDb).toBeGreaterThan(35)
  })

  test('keeps its own sums where somebody else reads them', async () => {
    const { report } = await compileTail(first, ['z', 'h'])
    expect(report.layers.map(({ operator }) => operator)).toContain('BatchNormalization')
    for (const { signalToNoiseDb } of report.outputs) expect(signalToNoiseDb).toBeGreaterThan(35)
  })
})
