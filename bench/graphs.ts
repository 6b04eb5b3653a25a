import { bytesPerElement, Dtype, type Tensor } from '@lockstep/precompile'
import { type Attributes, node, onnx, value, weight } from '../precompile/src/testing/onnx.js'
import { type BenchModel, float32 } from './models.js'

/** Graphs of one operator each, and graphs that look cheap: where a price would be wrong, it shows here. */
export function adversarialGraphs(): readonly BenchModel[] {
  return [...products(), ...convolutions(), ...chains(), ...movements(), ...learners()]
}

interface GraphOptions {
  readonly dtype?: Dtype
  readonly ml?: number
}

function graph(
  name: string,
  shape: readonly number[],
  nodes: readonly ReturnType<typeof node>[],
  weights: readonly ReturnType<typeof weight>[] = [],
  { dtype = Dtype.float32, ml }: GraphOptions = {},
): BenchModel {
  const bytes = onnx(
    { nodes, inputs: [value('x', dtype, shape)], outputs: [{ name: 'y' }], weights },
    ml === undefined ? {} : { ml },
  )
  return { name, bytes, inputs: (round) => [input(dtype, shape, round)] }
}

function input(dtype: Dtype, shape: readonly number[], round: number): Tensor {
  if (dtype === Dtype.float32) return float32(shape, round, 1)
  const count = shape.reduce((product, dim) => product * dim, 1)
  if (dtype === Dtype.float64) {
    const values = Float64Array.from({ length: count }, (_, i) => Math.sin(i * 0.37 + round))
    return { dtype, shape, data: new Uint8Array(values.buffer) }
  }
  const data = new Uint8Array(count * bytesPerElement(dtype)).map((_, i) => (i * 7 + round) % 100)
  return { dtype, shape, data }
}

function floats(name: string, shape: readonly number[]) {
  const length = shape.reduce((product, dim) => product * dim, 1)
  return weight(
    name,
    Dtype.float32,
    shape,
    Float32Array.from({ length }, (_, i) => Math.sin(i)),
  )
}

/** Bytes that the engine multiplies as integers of this type. */
function bytesOf(name: string, dtype: Dtype, shape: readonly number[]) {
  const length = shape.reduce((product, dim) => product * dim, 1)
  return weight(
    name,
    dtype,
    shape,
    new Uint8Array(length).map((_, i) => (i * 13) % 100),
  )
}

function list(name: string, values: readonly number[]) {
  return weight(name, Dtype.int64, [values.length], BigInt64Array.from(values, BigInt))
}

function products(): readonly BenchModel[] {
  const product = (m: number, k: number, n: number) =>
    graph(
      `matmul ${m}×${k}×${n}`,
      [m, k],
      [node('MatMul', ['x', 'w'], ['y'])],
      [floats('w', [k, n])],
    )
  const equation = { equation: 'bij,bjk->bik' }
  const square = [node('MatMul', ['x', 'x'], ['y'])]
  const bytes = (name: string, dtype: Dtype) => {
    const nodes = [node('MatMulInteger', ['x', 'w'], ['y'])]
    return graph(name, [128, 512], nodes, [bytesOf('w', dtype, [512, 512])], { dtype })
  }
  return [
    product(64, 64, 64),
    product(512, 512, 512),
    product(1, 1024, 1024),
    product(4096, 4, 4),
    product(1024, 1, 1024),
    graph('20,000 products of 2×2', [20_000, 2, 2], square),
    graph(
      'einsum, 20,000 products of 2×2',
      [20_000, 2, 2],
      [node('Einsum', ['x', 'x'], ['y'], equation)],
    ),
    graph('float64 matmul 256³', [256, 256], square, [], { dtype: Dtype.float64 }),
    bytes('uint8 matmul 128×512×512', Dtype.uint8),
    bytes('int8 matmul 128×512×512', Dtype.int8),
  ]
}

function convolutions(): readonly BenchModel[] {
  const conv = (
    name: string,
    image: readonly number[],
    kernel: readonly number[],
    attributes: Attributes = {},
    operator = 'Conv',
  ) => graph(name, image, [node(operator, ['x', 'w'], ['y'], attributes)], [floats('w', kernel)])
  const bytes = [node('ConvInteger', ['x', 'w'], ['y'])]
  const signed = [bytesOf('w', Dtype.int8, [32, 32, 3, 3])]
  return [
    conv('convolution 3×3, 32 channels', [1, 32, 64, 64], [32, 32, 3, 3]),
    conv('convolution 1×1', [1, 64, 64, 64], [64, 64, 1, 1]),
    conv('depthwise convolution 3×3', [1, 64, 64, 64], [64, 1, 3, 3], { group: 64n }),
    conv('depthwise convolution, multiplier 2', [1, 64, 32, 32], [128, 1, 3, 3], { group: 64n }),
    conv('convolution of 4,096 groups', [1, 4096, 4], [4096, 1, 2], { group: 4096n }),
    conv('convolution in three dimensions', [1, 8, 16, 16, 16], [8, 8, 3, 3, 3]),
    conv('convolution of 1,000 small images', [1000, 8, 4, 4], [8, 8, 3, 3]),
    conv('transposed convolution', [1, 32, 32, 32], [32, 32, 3, 3], {}, 'ConvTranspose'),
    graph('int8 convolution 3×3', [1, 32, 32, 32], bytes, signed, { dtype: Dtype.int8 }),
    graph(
      'large average pool',
      [1, 4, 64, 64],
      [node('AveragePool', ['x'], ['y'], { kernel_shape: [15n, 15n] })],
    ),
  ]
}

function chain(
  name: string,
  operator: string,
  shape: readonly number[],
  length: number,
  options: GraphOptions = {},
): BenchModel {
  const nodes = Array.from({ length }, (_, i) =>
    node(operator, [i === 0 ? 'x' : `t${i}`], [i === length - 1 ? 'y' : `t${i + 1}`]),
  )
  return graph(name, shape, nodes, [], options)
}

function chains(): readonly BenchModel[] {
  const casts = Array.from({ length: 8 }, (_, i) =>
    node('Cast', [i === 0 ? 'x' : `t${i}`], [i === 7 ? 'y' : `t${i + 1}`], {
      to: BigInt(i % 2 === 0 ? Dtype.float64 : Dtype.float32),
    }),
  )
  const double = { dtype: Dtype.float64 }
  return [
    chain('2,000 tiny nodes', 'Abs', [1, 4], 2000),
    chain('elementwise, 1M elements', 'Abs', [1, 1_048_576], 8),
    chain('sigmoid', 'Sigmoid', [1, 262_144], 4),
    chain('float64 tanh', 'Tanh', [1, 262_144], 2, double),
    chain('library function', 'Sin', [1, 262_144], 2),
    chain('softmax', 'Softmax', [256, 1024], 2),
    chain('softmax of pairs', 'Softmax', [100_000, 2], 2),
    chain('float64 additions', 'Neg', [1, 262_144], 8, double),
    graph('casts', [1, 262_144], casts),
    graph(
      'addition of rows of 2',
      [100_000, 2],
      [node('Add', ['x', 'w'], ['y'])],
      [floats('w', [2])],
    ),
  ]
}

function movements(): readonly BenchModel[] {
  const many = list(
    'i',
    Array.from({ length: 200_000 }, (_, i) => (i * 7919) % 1024),
  )
  const scales = (...factors: number[]) =>
    weight('s', Dtype.float32, [factors.length], Float32Array.from(factors))
  const inputs = Array.from({ length: 64 }, () => 'x')
  return [
    graph(
      'transposition, 1M elements',
      [64, 128, 128],
      [node('Transpose', ['x'], ['y'], { perm: [2n, 0n, 1n] })],
    ),
    graph('gather, 200k rows of 4', [1024, 4], [node('Gather', ['x', 'i'], ['y'])], [many]),
    graph(
      'resize ×64',
      [1, 1, 16, 16],
      [node('Resize', ['x', '', 's'], ['y'], { mode: 'nearest' })],
      [scales(1, 1, 64, 64)],
    ),
    graph(
      'resize of a line ×100',
      [1, 1, 1000],
      [node('Resize', ['x', '', 's'], ['y'], { mode: 'nearest' })],
      [scales(1, 1, 100)],
    ),
    graph(
      'expansion of 1 to 2M',
      [1, 1],
      [node('Expand', ['x', 's'], ['y'])],
      [list('s', [2048, 1024])],
    ),
    graph('concatenation of 64', [1, 16_384], [node('Concat', inputs, ['y'], { axis: 1n })]),
    graph(
      'top 100 of 100k',
      [1, 100_000],
      [node('TopK', ['x', 'k'], ['y', 'i'])],
      [list('k', [100])],
    ),
    graph('sum over pairs', [100_000, 2], [node('ReduceSum', ['x', 'a'], ['y'])], [list('a', [1])]),
    graph(
      'reversed slice',
      [447, 447],
      [node('Slice', ['x', 'f', 't', 'a', 'd'], ['y'])],
      [list('f', [-1]), list('t', [-999]), list('a', [1]), list('d', [-1])],
    ),
  ]
}

function learners(): readonly BenchModel[] {
  return [
    recurrent('LSTM', 4, 50, 128),
    recurrent('LSTM', 4, 500, 2),
    recurrent('GRU', 3, 50, 128),
    forest(100, 6, 100),
  ]
}

function recurrent(operator: string, gates: number, steps: number, hidden: number): BenchModel {
  const nodes = [node(operator, ['x', 'w', 'r'], ['y'], { hidden_size: BigInt(hidden) })]
  return graph(`${operator}, ${steps} steps of ${hidden}`, [steps, 1, hidden], nodes, [
    floats('w', [1, gates * hidden, hidden]),
    floats('r', [1, gates * hidden, hidden]),
  ])
}

/** Complete trees, whose node `i` has the children `2i + 1` and `2i + 2`. */
function forest(trees: number, depth: number, rows: number): BenchModel {
  const branches = 2 ** depth - 1
  const nodes = Array.from({ length: trees * (2 * branches + 1) }, (_, at) => ({
    tree: BigInt(Math.floor(at / (2 * branches + 1))),
    id: at % (2 * branches + 1),
  }))
  const leaves = nodes.filter(({ id }) => id >= branches)
  const child = (id: number, side: number) => (id < branches ? BigInt(2 * id + side) : 0n)
  const attributes = {
    nodes_treeids: nodes.map(({ tree }) => tree),
    nodes_nodeids: nodes.map(({ id }) => BigInt(id)),
    nodes_featureids: nodes.map(({ id }) => BigInt(id % 10)),
    nodes_modes: nodes.map(({ id }) => (id < branches ? 'BRANCH_LEQ' : 'LEAF')),
    nodes_values: nodes.map(({ id }) => Math.sin(id)),
    nodes_truenodeids: nodes.map(({ id }) => child(id, 1)),
    nodes_falsenodeids: nodes.map(({ id }) => child(id, 2)),
    target_treeids: leaves.map(({ tree }) => tree),
    target_nodeids: leaves.map(({ id }) => BigInt(id)),
    target_ids: leaves.map(() => 0n),
    target_weights: leaves.map(({ id }) => Math.cos(id)),
    n_targets: 1n,
  }
  const operator = node('ai.onnx.ml.TreeEnsembleRegressor', ['x'], ['y'], attributes)
  return graph(`${trees} trees of depth ${depth} on ${rows} rows`, [rows, 10], [operator], [], {
    ml: 3,
  })
}
