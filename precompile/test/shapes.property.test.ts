import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { GraphRejectedError } from '../src/engines/engine.js'
import { createWasmEngine } from '../src/engines/wasm.js'
import { ModelError, readModel } from '../src/model/index.js'
import { Dtype, elementCount, type Shape, type Tensor } from '../src/tensor.js'
import { type Attributes, node, onnx, value, weight } from '../src/testing/onnx.js'
import { integers } from './operators/recipe.js'

const engine = createWasmEngine({ threads: 1, sessionBytes: 1 })
afterAll(() => engine.close())

interface Question {
  readonly operator: string
  readonly shapes: readonly Shape[]
  /** Integers that the model fixes, as further inputs. */
  readonly lists?: readonly (readonly number[])[]
  readonly attributes?: Attributes
}

function modelOf({ operator, shapes, lists = [], attributes = {} }: Question): Uint8Array {
  const inputs = shapes.map((shape, i) =>
    value(
      `x${i}`,
      Dtype.float32,
      shape.map((_, axis) => `x${i}d${axis}`),
    ),
  )
  const weights = lists.map((list, i) =>
    weight(`l${i}`, Dtype.int64, [list.length], BigInt64Array.from(list, BigInt)),
  )
  const names = [...shapes.map((_, i) => `x${i}`), ...lists.map((_, i) => `l${i}`)]
  const nodes = [node(operator, names, ['y'], attributes)]
  return onnx({ nodes, inputs, outputs: [{ name: 'y' }], weights }, { ai: 18 })
}

const zeros = (shape: Shape): Tensor => ({
  dtype: Dtype.float32,
  shape,
  data: new Uint8Array(4 * elementCount(shape)),
})

/** The output's shape by our inference and by the engine; `refused` where they refuse. */
async function answers(question: Question) {
  const { shapes } = question
  const bytes = modelOf(question)
  let inferred: string
  try {
    inferred = `${readModel(bytes).evaluate(shapes).outputShapes[0]}`
  } catch (error) {
    if (!(error instanceof ModelError)) throw error
    inferred = 'refused'
  }
  const names = shapes.map((_, i) => ({ name: `x${i}`, dtype: Dtype.float32, shape: [] }))
  const outputs = [{ name: 'y', dtype: Dtype.float32, shape: [] }]
  const model = { ...bare, id: nextId(), bytes, inputs: names, outputs }
  const run = engine.run(model, shapes.map(zeros))
  const given = await run.then(
    ([output]) => `${output?.shape}`,
    (error) => {
      if (error instanceof GraphRejectedError) return 'refused'
      throw error
    },
  )
  return { inferred, given }
}

/** The engine looks at names and bytes alone, so it can be asked about models that the validator refuses. */
const bare = {
  class: 'pinned',
  operators: {},
  opset: 18,
  loadCost: { bytes: 0, nodes: 0 },
  evaluate: () => {
    throw new Error('the engine evaluates nothing')
  },
} as const
let count = 0
const nextId = () => `0x${(count++).toString(16)}` as const

const size = fc.integer({ min: 1, max: 5 })
const shape = (min: number, max: number) => fc.array(size, { minLength: min, maxLength: max })
const small = fc.integer({ min: -3, max: 6 })

const questions: Readonly<Record<string, fc.Arbitrary<Question>>> = {
  'broadcast additions': fc
    .tuple(shape(0, 4), fc.array(fc.boolean(), { maxLength: 4 }), fc.nat(4))
    .map(([a, ones, cut]) => ({
      operator: 'Add',
      shapes: [a, a.slice(Math.min(cut, a.length)).map((dim, i) => (ones[i] ? 1 : dim))],
    })),
  'additions of any shapes': fc
    .tuple(shape(0, 3), shape(0, 3))
    .map(([a, b]) => ({ operator: 'Add', shapes: [a, b] })),
  'matrix products': fc
    .tuple(shape(0, 2), size, size, size, fc.boolean(), fc.boolean())
    .map(([batch, m, k, n, isShared, isFlat]) => ({
      operator: 'MatMul',
      shapes: [[...batch, m, k], isFlat ? [k] : [...(isShared ? batch : []), k, n]],
    })),
  'products of any shapes': fc
    .tuple(shape(1, 3), shape(1, 3))
    .map(([a, b]) => ({ operator: 'MatMul', shapes: [a, b] })),
  concatenations: fc
    .tuple(shape(1, 3), fc.integer({ min: -4, max: 3 }), size)
    .map(([a, axis, other]) => ({
      operator: 'Concat',
      shapes: [a, a.with(0, other)],
      attributes: integers({ axis }),
    })),
  transpositions: shape(1, 4)
    .chain((a) =>
      fc.tuple(fc.constant(a), fc.shuffledSubarray([...a.keys()], { minLength: a.length })),
    )
    .map(([a, perm]) => ({ operator: 'Transpose', shapes: [a], attributes: integers({ perm }) })),
  reshapes: fc
    .tuple(shape(0, 3), fc.array(fc.integer({ min: -1, max: 6 }), { maxLength: 3 }))
    .map(([a, wanted]) => ({ operator: 'Reshape', shapes: [a], lists: [wanted] })),
  expansions: fc
    .tuple(shape(0, 3), fc.array(size, { maxLength: 4 }))
    .map(([a, wanted]) => ({ operator: 'Expand', shapes: [a], lists: [wanted] })),
  slices: fc
    .tuple(
      shape(1, 3),
      small,
      small,
      fc.integer({ min: -3, max: 3 }),
      fc.integer({ min: -3, max: 2 }),
    )
    .map(([a, start, end, step, axis]) => ({
      operator: 'Slice',
      shapes: [a],
      lists: [[start], [end], [axis], [step]],
    })),
  pads: fc
    .tuple(size, size, fc.array(fc.integer({ min: -2, max: 3 }), { minLength: 4, maxLength: 4 }))
    .map(([a, b, pads]) => ({ operator: 'Pad', shapes: [[a, b]], lists: [pads] })),
  tiles: fc
    .tuple(shape(2, 2), fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 2, maxLength: 2 }))
    .map(([a, repeats]) => ({ operator: 'Tile', shapes: [a], lists: [repeats] })),
  splits: fc.tuple(shape(1, 3), fc.integer({ min: -3, max: 2 }), size).map(([a, axis, parts]) => ({
    operator: 'Split',
    shapes: [a],
    lists: [[parts]],
    attributes: integers({ axis }),
  })),
  reductions: fc
    .tuple(
      shape(1, 4),
      fc.uniqueArray(fc.integer({ min: -4, max: 3 }), { maxLength: 3 }),
      fc.nat(1),
    )
    .map(([a, axes, keepdims]) => ({
      operator: 'ReduceMean',
      shapes: [a],
      lists: [axes],
      attributes: integers({ keepdims }),
    })),
  squeezes: fc
    .tuple(
      fc.array(fc.constantFrom(1, 1, 2), { minLength: 1, maxLength: 4 }),
      fc.integer({ min: -4, max: 3 }),
    )
    .map(([a, axis]) => ({ operator: 'Squeeze', shapes: [a], lists: [[axis]] })),
  convolutions: windows((kernel, features, channels, size) => [
    [1, channels, size, size + 1],
    [features, channels, kernel, kernel],
  ]).map((rest) => ({ operator: 'Conv', ...rest })),
  'transposed convolutions': windows((kernel, features, channels, size) => [
    [1, channels, size, size + 1],
    [channels, features, kernel, kernel],
  ]).map((rest) => ({ operator: 'ConvTranspose', ...rest })),
  // Larger than any window: an image that a window does not fit into is refused, the engine pools it to nothing.
  'pooled maxima': windows((_, __, channels, size) => [[1, channels, size + 6, size + 7]])
    .chain((rest) => fc.tuple(fc.constant(rest), fc.nat(1), fc.integer({ min: 1, max: 3 })))
    .map(([rest, ceil_mode, kernel]) => ({
      operator: 'MaxPool',
      shapes: rest.shapes,
      attributes: {
        ...rest.attributes,
        ...integers({ ceil_mode, kernel_shape: [kernel, kernel] }),
        // With automatic pads the engine forgets dilations, and may give an empty tensor.
        ...('auto_pad' in rest.attributes && integers({ dilations: [1, 1] })),
      },
    })),
}

function windows(
  shapes: (kernel: number, features: number, channels: number, size: number) => Shape[],
): fc.Arbitrary<{ shapes: Shape[]; attributes: Attributes }> {
  const few = fc.integer({ min: 1, max: 3 })
  const pads = fc.oneof(
    fc.array(fc.nat(2), { minLength: 4, maxLength: 4 }).map((pads) => integers({ pads })),
    fc.constantFrom('SAME_UPPER', 'SAME_LOWER', 'VALID').map((auto_pad) => ({ auto_pad })),
  )
  return fc
    .tuple(few, few, few, fc.integer({ min: 1, max: 7 }), few, few, pads)
    .map(([kernel, features, channels, size, stride, dilation, padding]) => ({
      shapes: shapes(kernel, features, channels, size),
      attributes: {
        ...integers({ strides: [stride, 1], dilations: [1, dilation] }),
        ...padding,
      },
    }))
}

describe('the inferred shape is the one that the engine gives, refusals included', () => {
  test.each(Object.entries(questions))('%s', async (_name, question) => {
    let accepted = 0
    await fc.assert(
      fc.asyncProperty(question, async (asked) => {
        const { inferred, given } = await answers(asked)
        expect(inferred).toBe(given)
        if (given !== 'refused') accepted++
      }),
      { seed: 1, numRuns: 80 },
    )
    expect(accepted).toBeGreaterThan(5)
  })
})
