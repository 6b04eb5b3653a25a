import { afterAll, describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engines/wasm.js'
import { readModel } from '../../model/read.js'
import { Dtype } from '../../tensor.js'
import { runBareNative } from '../../testing/bareNative.js'
import { float32, random } from '../../testing/calls.js'
import { compileAndHold, holdToReference } from '../../testing/compiled.js'
import { draws } from '../../testing/forests.js'
import { type Graph, node, noise, onnx, value, weight } from '../../testing/onnx.js'
import { compileExact } from './compile.js'

const engine = createWasmEngine({ threads: 1 })
/** onnxruntime-node, where any CPU computes the same. */
const native = {
  run: (model: { bytes: Uint8Array }, inputs: Parameters<typeof runBareNative>[1]) =>
    runBareNative(model.bytes, inputs),
}
afterAll(() => engine.close())

const SHAPE = [4, 8]
const samples = Array.from({ length: 12 }, (_, i) => ({
  x: random(SHAPE, 2 * i + 1),
  z: random(SHAPE, 2 * i + 2),
}))

function graphOf(nodes: Graph['nodes'], outputs = ['y'], weights: Graph['weights'] = []) {
  return onnx({
    nodes,
    inputs: [value('x', Dtype.float32, SHAPE), value('z', Dtype.float32, SHAPE)],
    outputs: outputs.map((name) => ({ name })),
    weights: [weight('zero', Dtype.float32, [], new Float32Array(1)), ...weights],
  })
}

const product = node('Mul', ['x', 'z'], ['xz'])
const signs = [node('Greater', ['x', 'zero'], ['a']), node('Less', ['z', 'zero'], ['b'])]

describe.each<[string, Graph['nodes']]>([
  ['Less', [node('Less', ['x', 'z'], ['c']), node('Where', ['c', 'x', 'z'], ['y'])]],
  ['LessOrEqual', [node('LessOrEqual', ['x', 'z'], ['c']), node('Where', ['c', 'x', 'z'], ['y'])]],
  ['Greater', [node('Greater', ['x', 'z'], ['c']), node('Where', ['c', 'x', 'z'], ['y'])]],
  [
    'GreaterOrEqual',
    [node('GreaterOrEqual', ['x', 'z'], ['c']), node('Where', ['c', 'x', 'z'], ['y'])],
  ],
  ['Equal', [node('Equal', ['x', 'z'], ['c']), node('Where', ['c', 'x', 'z'], ['y'])]],
  [
    'And',
    [...signs, product, node('And', ['a', 'b'], ['c']), node('Where', ['c', 'xz', 'zero'], ['y'])],
  ],
  [
    'Or',
    [...signs, product, node('Or', ['a', 'b'], ['c']), node('Where', ['c', 'zero', 'xz'], ['y'])],
  ],
  [
    'Xor',
    [...signs, product, node('Xor', ['a', 'b'], ['c']), node('Where', ['c', 'xz', 'zero'], ['y'])],
  ],
  [
    'Not',
    [
      signs[0] as Graph['nodes'][number],
      node('Not', ['a'], ['c']),
      node('Where', ['c', 'zero', 'x'], ['y']),
    ],
  ],
])('%s', (_, nodes) => {
  test.each([8, 16] as const)('chooses as the float one does, in %i bits', async (bits) => {
    const report = await compileAndHold(engine, graphOf(nodes), { calibration: samples, bits })
    expect(report.outputs[0]?.signalToNoiseDb).toBeGreaterThan(bits === 8 ? 35 : 70)
  })
})

test('ArgMax and ArgMin name the same elements as the float model', async () => {
  const nodes = [
    node('ArgMax', ['x'], ['most'], { axis: 1n }),
    node('ArgMin', ['z'], ['least'], { axis: -1n, keepdims: 0n }),
  ]
  const draw = draws(3)
  const shuffled = () => {
    const rows = Array.from({ length: 4 }, () => {
      const row = Array.from({ length: 8 }, (_, i) => i - 3)
      return row.sort(() => draw(2) - 0.5)
    })
    return float32(SHAPE, rows.flat())
  }
  const calibration = Array.from({ length: 8 }, () => ({ x: shuffled(), z: shuffled() }))
  const report = await compileAndHold(engine, graphOf(nodes, ['most', 'least']), { calibration })
  expect(report.outputs.map(({ maxAbs }) => maxAbs)).toEqual([0, 0])
})

test('an If on a constant becomes the branch that it chooses, an If within it too', async () => {
  const branch = (operator: string, output: string): Graph => ({
    nodes: [node(operator, ['x'], [output])],
    inputs: [],
    outputs: [{ name: output }],
  })
  const inner: Graph = {
    nodes: [
      node('If', ['no'], ['chosen'], {
        then_branch: { graph: branch('Sin', 's') },
        else_branch: { graph: branch('Tanh', 't') },
      }),
    ],
    inputs: [],
    outputs: [{ name: 'chosen' }],
  }
  const nodes = [
    node('Shape', ['x'], ['shape']),
    node('Equal', ['shape', 'expected'], ['both']),
    node('Gather', ['both', 'first'], ['yes'], { axis: 0n }),
    node('Not', ['yes'], ['no']),
    node('If', ['yes'], ['y'], {
      then_branch: { graph: inner },
      else_branch: { graph: branch('Sin', 's') },
    }),
  ]
  const weights = [
    weight('expected', Dtype.int64, [2], BigInt64Array.of(4n, 7n)),
    weight('first', Dtype.int64, [], BigInt64Array.of(0n)),
  ]
  const report = await compileAndHold(engine, graphOf(nodes, ['y'], weights), {
    calibration: samples,
  })
  expect(report.layers.map(({ operator }) => operator)).toContain('Tanh')
  expect(report.outputs[0]?.signalToNoiseDb).toBeGreaterThan(35)
})

/** Nodes drawn at random, each on values that others made: all of one shape. */
function randomNetwork(seed: number): Uint8Array {
  const draw = draws(seed)
  const next = noise(seed)
  const matrix = (name: string) =>
    weight(
      name,
      Dtype.float32,
      [8, 8],
      Float32Array.from({ length: 64 }, () => next() / 2),
    )
  const names = ['x', 'z']
  const pick = () => names[Math.max(0, names.length - 1 - draw(4))] as string
  const weights = [matrix('w0'), matrix('w1')]
  const nodes = Array.from({ length: 14 }, (_, i) => {
    const unary = ['Relu', 'Sigmoid', 'Tanh', 'Softmax', 'LeakyRelu', 'Abs', 'Neg', 'HardSwish']
    const binary = ['Add', 'Sub', 'Mul', 'Max', 'Min']
    const output = `v${i}`
    const made = [
      () => node(unary[draw(unary.length)] as string, [pick()], [output]),
      () => node(binary[draw(binary.length)] as string, [pick(), pick()], [output]),
      () => node('MatMul', [pick(), `w${draw(2)}`], [output]),
    ][draw(3)] as () => ReturnType<typeof node>
    const one = made()
    names.push(output)
    return one
  })
  return graphOf(nodes, [names.at(-1) as string, names.at(-2) as string], weights)
}

test.each([1, 2, 3, 4, 5, 6])(
  'network %i, drawn at random, is the same on all engines',
  async (seed) => {
    const options = { calibration: samples, bits: seed % 2 ? 8 : 16, engine } as const
    const { bytes, report } = await compileExact(randomNetwork(seed), options)
    const model = readModel(bytes)
    expect(model.class).toBe('exact')
    for (const one of [engine, native]) await holdToReference(one, model)
    for (const { signalToNoiseDb } of report.outputs) expect(signalToNoiseDb).toBeGreaterThan(25)
  },
)
