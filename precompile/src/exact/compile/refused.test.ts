import { afterAll, describe, expect, test } from 'vitest'
import { createWasmEngine } from '../../engines/wasm.js'
import { Dtype, type Tensor } from '../../tensor.js'
import { float32, int64, random } from '../../testing/calls.js'
import { type Graph, node, onnx, value, weight } from '../../testing/onnx.js'
import type { Sample } from './calibrate.js'
import { type CompileOptions, compileExact } from './compile.js'

const engine = createWasmEngine({ threads: 1 })
afterAll(() => engine.close())

const SHAPE = [2, 4]
const x = random(SHAPE, 1)

function graph(nodes: Graph['nodes'], rest: Partial<Graph> = {}): Uint8Array {
  return onnx({
    nodes,
    inputs: [value('x', Dtype.float32, SHAPE)],
    outputs: [{ name: 'y' }],
    ...rest,
  })
}

const refusal = (
  bytes: Uint8Array,
  options: Partial<CompileOptions> = {},
): Promise<Error & Record<string, unknown>> =>
  compileExact(bytes, { calibration: [{ x }], engine, ...options }).then(
    () => expect.fail('it was compiled'),
    (error) => error,
  )

describe('a graph that has no exact form is refused by node, operator, reason and remedy', () => {
  test('an operator without a lowering', async () => {
    const error = await refusal(graph([node('Relu', ['x'], ['h']), node('Sin', ['h'], ['y'])]))
    expect(error).toMatchObject({
      name: 'LoweringError',
      code: 'lowering',
      node: 'y',
      operator: 'Sin',
      reason: 'the operator has no exact form',
    })
    expect(error.remedy).toContain('pinned')
  })

  test('a product of integers whose overflow nothing excludes', async () => {
    const inputs = [value('x', Dtype.int32, SHAPE)]
    const bytes = graph([node('Mul', ['x', 'x'], ['y'])], { inputs })
    const ints: Tensor = { dtype: Dtype.int32, shape: SHAPE, data: new Uint8Array(32) }
    const error = await refusal(bytes, { calibration: [{ x: ints }] })
    expect(error).toMatchObject({ name: 'LoweringError', node: 'y', operator: 'Mul' })
    expect(error.message).toMatch(/anything from -\d+ to \d+, and an overflow can't be excluded/)
  })

  test('a division by what may be zero', async () => {
    const error = await refusal(
      graph([node('Abs', ['x'], ['h']), node('Div', ['x', 'h'], ['y'])]),
      {
        calibration: [{ x: float32(SHAPE, [0, 1, 2, 3, 4, 5, 6, 7]) }, { x }],
      },
    )
    expect(error).toMatchObject({ name: 'CalibrationError' })
    const below = await refusal(graph([node('Div', ['x', 'x'], ['y'])]))
    expect(below).toMatchObject({ name: 'LoweringError', node: 'y', operator: 'Div' })
    expect(below.remedy).toContain('epsilon')
  })

  test('a recurrent layer whose weights are computed', async () => {
    const nodes = [
      node('Reshape', ['x', 'shape'], ['w']),
      node('RNN', ['s', 'w', 'r'], ['y'], { hidden_size: 4n }),
    ]
    const bytes = graph(nodes, {
      weights: [
        weight('shape', Dtype.int64, [3], BigInt64Array.of(1n, 4n, 2n)),
        weight('s', Dtype.float32, [3, 1, 2], new Float32Array(6)),
        weight('r', Dtype.float32, [1, 4, 4], new Float32Array(16)),
      ],
    })
    expect(await refusal(bytes)).toMatchObject({
      name: 'LoweringError',
      node: 'y',
      operator: 'RNN',
      reason: 'its input 1 is not a constant',
    })
  })

  test('more steps than a graph may have nodes', async () => {
    const steps = 4000
    const bytes = graph([node('RNN', ['x', 'w', 'r'], ['y'], { hidden_size: 1n })], {
      inputs: [value('x', Dtype.float32, [steps, 1, 1])],
      weights: [
        weight('w', Dtype.float32, [1, 1, 1], Float32Array.of(1)),
        weight('r', Dtype.float32, [1, 1, 1], Float32Array.of(1)),
      ],
    })
    const error = await refusal(bytes, { calibration: [{ x: random([steps, 1, 1], 1) }] })
    expect(error).toMatchObject({ name: 'LoweringError', operator: 'RNN' })
    expect(error.reason).toContain('4000 steps')
  })

  test('an open dimension, and a shape that does not fit it', async () => {
    const inputs = [value('x', Dtype.float32, ['n', 4])]
    const bytes = graph([node('Relu', ['x'], ['y'])], { inputs })
    const error = await refusal(bytes)
    expect(error).toMatchObject({ name: 'OpenDimensionError', code: 'unbounded_shape', input: 'x' })
    expect(error.remedy).toContain('--shape x=1x4')
    for (const shape of [[2, 5], [2], [2.5, 4], [-1, 4], [2 ** 40, 4]]) {
      expect(await refusal(bytes, { shapes: { x: shape } })).toMatchObject({
        name: 'InvalidFixtureError',
      })
    }
    const unknown = await refusal(bytes, { shapes: { z: [1] } })
    expect(unknown.message).toContain('no input "z"')
    const constant = await refusal(bytes, { constants: { x: int64(1n) } })
    expect(constant.message).toContain('of another type')
  })
})

describe('calibration data that does not fit is refused by name and sample', () => {
  const bytes = graph([node('Relu', ['x'], ['y'])])

  test.each<[string, readonly Sample[], string]>([
    ['none at all', [], 'there is none'],
    ['an input that is not there', [{ x }, {}], '"x" of sample 1 is missing'],
    ['a name that is no input', [{ x, z: x }], 'sample 0 has "z", which is no input'],
    ['another shape', [{ x: random([4, 2], 1) }], '"x" of sample 0 has the shape [4,2]'],
    ['another type', [{ x: int64(1n) }], '"x" of sample 0 is int64'],
    ['too few bytes', [{ x: { ...x, data: x.data.slice(4) } }], 'too few or too many bytes'],
    ['NaN', [{ x: float32(SHAPE, [1, 2, 3, 4, 5, 6, 7, Number.NaN]) }], 'not finite'],
    ['infinity', [{ x: float32(SHAPE, [1, 2, 3, 4, 5, 6, 7, 1 / 0]) }], 'not finite'],
  ])('%s', async (_, calibration, message) => {
    const error = await refusal(bytes, { calibration })
    expect(error).toMatchObject({ name: 'CalibrationError', code: 'calibration' })
    expect(error.message).toContain(message)
    expect(error.remedy).not.toBe('')
  })

  test('a sample on which the float model gives what is no number', async () => {
    const error = await refusal(graph([node('Sqrt', ['x'], ['y'])]), {
      calibration: [{ x: float32(SHAPE, [-1, 2, 3, 4, 5, 6, 7, 8]) }],
    })
    expect(error).toMatchObject({ name: 'CalibrationError' })
    expect(error.message).toContain('the value "y" is not finite')
  })
})
