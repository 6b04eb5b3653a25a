import { Dtype, type Shape } from '@lockstep/precompile'
import type { Attributes } from '../../precompile/src/testing/onnx.js'
import { count, type Draft, type Edge, factored, temperaments, Unfit } from './draft.js'
import type { Gene } from './genome.js'

/** Adds one operator, in a random form of it, after `x`. @throws Unfit */
export type Form = (gene: Gene, draft: Draft, x: Edge) => Edge

type Named = (operator: string) => Form

const integers = (attributes: Readonly<Record<string, number | readonly number[]>>): Attributes =>
  Object.fromEntries(
    Object.entries(attributes).map(([name, number]) => [
      name,
      typeof number === 'number' ? BigInt(number) : number.map(BigInt),
    ]),
  )
const named = (names: string, form: Named): Readonly<Record<string, Form>> =>
  Object.fromEntries(names.split(' ').map((name) => [name, form(name)]))
const axisOf = (gene: Gene, { shape }: Edge): number => gene.int(0, Math.max(0, shape.length - 1))
const rank = (gene: Gene, min = 1, max = 4): number => gene.int(min, max)
const divisor = (gene: Gene, number: number): number => {
  const all = Array.from({ length: Math.min(number, 4096) }, (_, i) => i + 1)
  return gene.pick(all.filter((size) => number % size === 0))
}
const permutation = (gene: Gene, length: number): readonly number[] =>
  Array.from({ length }, (_, axis) => ({ axis, at: gene.next() }))
    .sort((a, b) => a.at - b.at)
    .map(({ axis }) => axis)

const alone =
  (attributes: (gene: Gene, x: Edge) => Attributes = () => ({})): Named =>
  (operator) =>
  (gene, draft, x) =>
    draft.add(operator, [x], attributes(gene, x))

const along: Named = (operator) => (gene, draft, x) => {
  const source = draft.ranked(gene, x, rank(gene))
  return draft.add(operator, [source], integers({ axis: axisOf(gene, source) }))
}

/** A second operand: of the same shape, repeated along some axes, or along others than `x`. */
function partner(gene: Gene, draft: Draft, x: Edge): readonly [Edge, Edge] {
  const temperament = gene.pick(temperaments)
  const part = (shape: Shape) => draft.weight(x.dtype, shape, temperament)
  switch (gene.int(0, 6)) {
    case 0:
      return [x, part([])]
    case 1:
      return [x, part(x.shape.slice(-1))]
    case 2:
      return [x, part(x.shape.map((dim) => (gene.chance(0.5) ? dim : 1)))]
    case 3:
      return [x, part(x.shape)]
    case 4: {
      const like = draft
        .edges()
        .filter(({ dtype, shape }) => dtype === x.dtype && `${shape}` === `${x.shape}`)
      return [x, gene.pick(like)]
    }
    case 5: {
      const [a = 1, b = 1] = factored(gene, count(x.shape), 2)
      return [draft.reshaped(x, [a, 1, b]), part([gene.log(1, 64), gene.chance(0.5) ? b : 1])]
    }
    default:
      return [draft.ranked(gene, x, rank(gene)), part([])]
  }
}

const pair =
  (attributes: (gene: Gene) => Attributes = () => ({})): Named =>
  (operator) =>
  (gene, draft, x) => {
    const [a, b] = partner(gene, draft, draft.ranked(gene, x, rank(gene, 1, 5)))
    return draft.add(operator, gene.chance(0.7) ? [a, b] : [b, a], attributes(gene))
  }

const many: Named = (operator) => (gene, draft, x) => {
  const [a, b] = partner(gene, draft, draft.ranked(gene, x, rank(gene)))
  const more = gene.chance(0.2) ? gene.log(1, 64) : 0
  return draft.add(operator, [a, b, ...new Array<Edge>(more).fill(a)])
}

const ofType =
  (dtypes: readonly Dtype[], form: Named): Named =>
  (operator) =>
  (gene, draft, x) =>
    form(operator)(gene, draft, draft.as(x, gene.pick(dtypes)))

const reduction: Named = (operator) => (gene, draft, x) => {
  const source = draft.ranked(gene, x, rank(gene, 1, 5))
  const axes = source.shape.map((_, axis) => axis).filter(() => gene.chance(0.5))
  const kept = axes.length > 0 ? axes : [source.shape.length - 1]
  return draft.add(operator, [source, draft.list(...kept)], integers({ keepdims: gene.int(0, 1) }))
}

const argument: Named = (operator) => (gene, draft, x) => {
  const source = draft.ranked(gene, x, rank(gene))
  const attributes = { axis: axisOf(gene, source), select_last_index: gene.int(0, 1) }
  return draft.add(operator, [source], integers(attributes))
}

const cumulative: Named = (operator) => (gene, draft, x) => {
  const source = draft.ranked(gene, x, rank(gene))
  const axis = draft.scalar(Dtype.int64, axisOf(gene, source))
  return draft.add(operator, [source, axis], integers({ reverse: gene.int(0, 1) }))
}

const quantizedTypes = [Dtype.uint8, Dtype.int8]

/** An image [batch, channels, …] of float32, and its spatial axes. */
function image(gene: Gene, draft: Draft, x: Edge, dtype: Dtype = Dtype.float32) {
  const source = draft.ranked(gene, draft.as(x, dtype), gene.pick([3, 4, 4, 4, 5]))
  return { source, channels: source.shape[1] as number, spatial: source.shape.slice(2) }
}

/** Kernel, strides, pads and dilations over spatial axes. */
function sliding(gene: Gene, spatial: Shape, largest: number) {
  const kernel = spatial.map((size) => Math.min(size, gene.log(1, largest)))
  const strides = spatial.map(() => (gene.chance(0.7) ? 1 : gene.int(1, 3)))
  const pads = gene.chance(0.5) ? kernel.map((size) => Math.floor(size / 2)) : kernel.map(() => 0)
  const dilations = spatial.map(() => (gene.chance(0.8) ? 1 : 2))
  const attributes = integers({ strides, pads: [...pads, ...pads], dilations })
  return { kernel, attributes }
}

function convolutionWeights(gene: Gene, channels: number, kernel: Shape) {
  const group = gene.chance(0.5) ? divisor(gene, channels) : gene.chance(0.5) ? channels : 1
  const features = group * gene.log(1, 32)
  return { group, shape: [features, channels / group, ...kernel] }
}

const quantization = (draft: Draft, dtype: Dtype) =>
  [draft.scalar(Dtype.float32, 0.5), draft.scalar(dtype, 1)] as const

const pool: Named = (operator) => (gene, draft, x) => {
  const { source, spatial } = image(gene, draft, x)
  const { kernel, attributes } = sliding(gene, spatial, 9)
  const { dilations, ...rest } = attributes
  const all = operator === 'LpPool' ? rest : { ...rest, ...(dilations && { dilations }) }
  return draft.add(operator, [source], { ...all, ...integers({ kernel_shape: kernel }) })
}

const globally: Named = (operator) => (gene, draft, x) =>
  draft.add(operator, [image(gene, draft, x).source])

const recurrent =
  (gates: number): Named =>
  (operator) =>
  (gene, draft, x) => {
    const [steps = 1, batch = 1, features = 1] = factored(gene, count(x.shape), 3)
    const source = draft.reshaped(draft.as(x, Dtype.float32), [steps, batch, features])
    const hidden = gene.log(1, 64)
    const direction = gene.pick(['forward', 'reverse', 'bidirectional'])
    const directions = direction === 'bidirectional' ? 2 : 1
    const w = draft.weight(Dtype.float32, [directions, gates * hidden, features])
    const r = draft.weight(Dtype.float32, [directions, gates * hidden, hidden])
    return draft.add(operator, [source, w, r], { direction, ...integers({ hidden_size: hidden }) })
  }

/** A table of rows with few features. */
function table(gene: Gene, draft: Draft, x: Edge, dtype: Dtype = Dtype.float32) {
  const features = divisor(gene, count(x.shape))
  const source = draft.as(x, dtype)
  return { features, source: draft.reshaped(source, [count(x.shape) / features, features]) }
}

const numbers = (length: number) => Array.from({ length }, (_, i) => Math.sin(i) + 0.01)

/** Complete trees, or trees that are one long branch. */
function forest(gene: Gene, features: number, prefix: string) {
  const isDeep = gene.chance(0.5)
  const trees = gene.log(1, 40)
  const branches = isDeep ? gene.log(1, 60) : 2 ** gene.int(1, 6) - 1
  const all = Array.from({ length: trees * (2 * branches + 1) }, (_, at) => ({
    tree: Math.floor(at / (2 * branches + 1)),
    id: at % (2 * branches + 1),
  }))
  // A long branch goes from 0 to 2 to 4, and leaves a leaf at each odd number.
  const isLeaf = (id: number) => (isDeep ? id % 2 === 1 || id === 2 * branches : id >= branches)
  const child = (id: number, side: number) => (isLeaf(id) ? 0 : isDeep ? id + side : 2 * id + side)
  const leaves = all.filter(({ id }) => isLeaf(id))
  return {
    ...integers({
      nodes_treeids: all.map(({ tree }) => tree),
      nodes_nodeids: all.map(({ id }) => id),
      nodes_featureids: all.map(({ id }) => id % features),
      nodes_truenodeids: all.map(({ id }) => child(id, 1)),
      nodes_falsenodeids: all.map(({ id }) => child(id, 2)),
      [`${prefix}_treeids`]: leaves.map(({ tree }) => tree),
      [`${prefix}_nodeids`]: leaves.map(({ id }) => id),
      [`${prefix}_ids`]: leaves.map(({ id }) => id % 2),
    }),
    nodes_modes: all.map(({ id }) => (isLeaf(id) ? 'LEAF' : 'BRANCH_LEQ')),
    nodes_values: all.map(({ id }) => (isDeep ? 1e30 * (id % 2) - 1e29 : Math.sin(id))),
    [`${prefix}_weights`]: leaves.map(({ id }) => Math.cos(id)),
  }
}

const elementwise = {
  ...named(
    [
      'Abs Neg Sign Ceil Floor Round Reciprocal Sqrt Exp Log Erf Sin Cos Tan Asin Acos Atan Sinh',
      'Cosh Asinh Acosh Atanh IsNaN IsInf BitwiseNot Identity Relu Sigmoid Tanh Softplus Softsign',
      'HardSwish Mish LeakyRelu ThresholdedRelu Elu Celu Selu HardSigmoid Gelu Shrink Dropout',
    ].join(' '),
    alone(),
  ),
  Not: ofType([Dtype.bool], alone())('Not'),
  ...named('Softmax LogSoftmax Hardmax', along),
  ...named('Add Sub Mul Div Equal Less Greater LessOrEqual GreaterOrEqual PRelu', pair()),
  ...named('BitwiseAnd BitwiseOr BitwiseXor', ofType([Dtype.int8, Dtype.int64], pair())),
  ...named('And Or Xor', ofType([Dtype.bool], pair())),
  ...named('Pow', ofType([Dtype.float32, Dtype.float64, Dtype.int32, Dtype.int64], pair())),
  ...named(
    'Mod',
    pair(() => integers({ fmod: 1 })),
  ),
  BitShift: ofType(
    [Dtype.uint8, Dtype.uint64],
    pair((gene) => ({ direction: gene.pick(['LEFT', 'RIGHT']) })),
  )('BitShift'),
  ...named('Sum Mean Max Min', many),
  Clip: (gene, draft, x) =>
    draft.add('Clip', [x, draft.scalar(x.dtype, gene.int(0, 1)), draft.scalar(x.dtype, 2)]),
  Where(gene, draft, x) {
    const [a, b] = partner(gene, draft, draft.ranked(gene, x, rank(gene)))
    const condition = draft.weight(
      Dtype.bool,
      a.shape.map((dim) => (gene.chance(0.5) ? dim : 1)),
    )
    return draft.add('Where', [condition, a, b])
  },
  Cast: (gene, draft, x) =>
    draft.add('Cast', [x], integers({ to: gene.pick(Object.values(Dtype)) })),
  CastLike: (gene, draft, x) =>
    draft.add('CastLike', [x, draft.scalar(gene.pick([Dtype.int8, Dtype.float64]), 1)]),
  If(_, draft, x) {
    const graph = (operator: string) => ({
      nodes: [{ opType: operator, input: ['c'], output: ['inner'] }],
      inputs: [],
      outputs: [{ name: 'inner' }],
    })
    // A branch may read what is around it by name alone, so that it is given a constant.
    const weights = [{ ...draft.weight(Dtype.float32, [4096]).weight, name: 'c' }]
    const flat = draft.reshaped(draft.as(x, Dtype.bool), [-1])
    const [one, axes] = [draft.list(1), draft.list(0)]
    const first = draft.add('Slice', [flat, draft.list(0), one, axes])
    return draft.add('If', [draft.add('Reshape', [first, one])], {
      then_branch: { graph: { ...graph('Sin'), weights } },
      else_branch: { graph: { ...graph('Cos'), weights } },
    })
  },
} satisfies Readonly<Record<string, Form>>

const rearranging = {
  Shape: alone()('Shape'),
  Size: alone()('Size'),
  Reshape: (gene, draft, x) =>
    draft.add('Reshape', [x, draft.list(...factored(gene, count(x.shape), rank(gene, 1, 6)))]),
  Flatten: along('Flatten'),
  Unsqueeze: (gene, draft, x) =>
    draft.add('Unsqueeze', [x, draft.list(gene.int(0, x.shape.length))]),
  Squeeze(_, draft, x) {
    const ones = x.shape.flatMap((dim, axis) => (dim === 1 ? [axis] : []))
    return draft.add('Squeeze', [x, draft.list(...ones)])
  },
  Transpose(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene, 2, 6))
    const perm = permutation(gene, source.shape.length)
    return draft.add('Transpose', [source], integers({ perm }))
  },
  Expand(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const times = source.shape.map((dim) => (dim === 1 ? gene.log(1, 512) : 1))
    return draft.add('Expand', [source, draft.list(gene.log(1, 64), ...times)])
  },
  Tile(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    return draft.add('Tile', [source, draft.list(...source.shape.map(() => gene.log(1, 8)))])
  },
  DepthToSpace(gene, draft, x) {
    const source = draft.ranked(gene, x, 4)
    const attributes = integers({ blocksize: gene.int(1, 4) })
    return draft.add('DepthToSpace', [source], { ...attributes, mode: gene.pick(['DCR', 'CRD']) })
  },
  SpaceToDepth: (gene, draft, x) =>
    draft.add('SpaceToDepth', [draft.ranked(gene, x, 4)], integers({ blocksize: gene.int(1, 4) })),
  Concat(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const parts = new Array<Edge>(gene.log(1, 32)).fill(source)
    return draft.add('Concat', parts, integers({ axis: axisOf(gene, source) }))
  },
  Split(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const axis = axisOf(gene, source)
    const parts = Math.min(source.shape[axis] ?? 1, gene.log(1, 64))
    const attributes = integers({ axis, num_outputs: parts })
    const first = draft.add('Split', [source], attributes, parts)
    const all = draft.edges().slice(-parts)
    // Read again, so that all parts are made.
    return parts > 1 && gene.chance(0.8) ? draft.add('Concat', all, integers({ axis })) : first
  },
  Slice(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene, 1, 5))
    const axes = source.shape.map((_, axis) => axis)
    const steps = axes.map(() => gene.pick([1, 1, 2, -1, 3]))
    const starts = source.shape.map((dim, axis) =>
      (steps[axis] as number) < 0 ? dim : gene.int(0, 1),
    )
    const ends = source.shape.map((dim, axis) => ((steps[axis] as number) < 0 ? -dim - 1 : dim))
    const lists = [starts, ends, axes, steps].map((list) => draft.list(...list))
    return draft.add('Slice', [source, ...lists])
  },
  Pad(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene, 1, 5))
    const mode = gene.pick(['constant', 'reflect', 'edge', 'wrap'])
    const most = (size: number) => (mode === 'constant' ? 4 : Math.min(4, size - 1))
    const pads = [...source.shape, ...source.shape].map((size) => gene.int(0, most(size)))
    return draft.add('Pad', [source, draft.list(...pads)], { mode })
  },
  CenterCropPad(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const sizes = source.shape.map((size) => Math.max(1, size + gene.int(-2, 2)))
    return draft.add('CenterCropPad', [source, draft.list(...sizes)])
  },
  EyeLike: (gene, draft, x) =>
    draft.add('EyeLike', [draft.ranked(gene, x, 2)], integers({ dtype: Dtype.float32 })),
  OneHot(gene, draft, x) {
    const source = draft.ranked(gene, draft.as(x, Dtype.int64), rank(gene))
    const attributes = integers({ axis: gene.int(-1, source.shape.length) })
    return draft.add('OneHot', [source, draft.list(gene.log(1, 64)), draft.list(0, 1)], attributes)
  },
  Trilu: (gene, draft, x) =>
    draft.add('Trilu', [draft.ranked(gene, x, rank(gene, 2))], integers({ upper: gene.int(0, 1) })),
  Gather(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const axis = axisOf(gene, source)
    const indices = draft.indices([gene.log(1, 20_000)], source.shape[axis] as number)
    return draft.add('Gather', [source, indices], integers({ axis }))
  },
  GatherElements(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const axis = axisOf(gene, source)
    const shape = source.shape.with(axis, gene.log(1, 64))
    const indices = draft.indices(shape, source.shape[axis] as number)
    return draft.add('GatherElements', [source, indices], integers({ axis }))
  },
  GatherND(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const depth = gene.int(1, source.shape.length)
    const below = Math.min(...source.shape.slice(0, depth))
    return draft.add('GatherND', [source, draft.indices([gene.log(1, 20_000), depth], below)])
  },
  ScatterElements(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const axis = axisOf(gene, source)
    const shape = source.shape.with(axis, gene.log(1, 8))
    const indices = draft.indices(shape, source.shape[axis] as number)
    const reduction = gene.pick(['none', 'add', 'mul', 'max'])
    return draft.add('ScatterElements', [source, indices, draft.weight(source.dtype, shape)], {
      reduction,
      ...integers({ axis }),
    })
  },
  ScatterND(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const depth = gene.int(1, source.shape.length)
    const rows = gene.log(1, 4096)
    const indices = draft.indices([rows, depth], Math.min(...source.shape.slice(0, depth)))
    const updates = draft.weight(source.dtype, [rows, ...source.shape.slice(depth)])
    return draft.add('ScatterND', [source, indices, updates], {
      reduction: gene.pick(['none', 'add', 'max']),
    })
  },
  ReverseSequence(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene, 2))
    const [time = 1, batch = 1] = source.shape
    const lengths = draft.list(...new Array<number>(Math.min(batch, 4096)).fill(time))
    return draft.add('ReverseSequence', [source, lengths])
  },
  GridSample(gene, draft, x) {
    const { source, spatial } = image(gene, draft, x)
    const points = spatial.map(() => gene.log(1, 64))
    const grid = draft.weight(Dtype.float32, [source.shape[0] as number, ...points, spatial.length])
    return draft.add('GridSample', [source, grid], {
      mode: gene.pick(['linear', 'nearest', 'cubic']),
      padding_mode: gene.pick(['zeros', 'border', 'reflection']),
    })
  },
  Resize(gene, draft, x) {
    const { source, spatial } = image(gene, draft, x)
    const scales = [1, 1, ...spatial.map(() => gene.pick([0.5, 1, 1.5, 2, 3, 8]))]
    const transforms = ['half_pixel', 'asymmetric', 'align_corners', 'pytorch_half_pixel']
    return draft.add('Resize', [source, undefined, draft.floats(...scales)], {
      mode: gene.pick(['nearest', 'linear', 'cubic']),
      coordinate_transformation_mode: gene.pick(transforms),
      ...integers({ antialias: gene.int(0, 1) }),
    })
  },
} satisfies Readonly<Record<string, Form>>

const reducing = {
  ...named(
    'ReduceSum ReduceProd ReduceMax ReduceMin ReduceMean ReduceL1 ReduceL2 ReduceSumSquare ReduceLogSum ReduceLogSumExp',
    reduction,
  ),
  ...named('ArgMax ArgMin', argument),
  ...named('CumSum CumProd', cumulative),
  TopK(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const axis = axisOf(gene, source)
    const k = draft.list(gene.log(1, source.shape[axis] ?? 1))
    const attributes = { axis, largest: gene.int(0, 1), sorted: gene.int(0, 1) }
    return draft.add('TopK', [source, k], integers(attributes), 2)
  },
  MatMul(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene, 2))
    const inner = source.shape.at(-1) as number
    if (gene.chance(0.3)) {
      const perm = source.shape.map((_, axis) => axis)
      perm.push(...perm.splice(-2).reverse())
      return draft.add('MatMul', [source, draft.add('Transpose', [source], integers({ perm }))])
    }
    return draft.add('MatMul', [source, draft.weight(source.dtype, [inner, gene.log(1, 256)])])
  },
  Gemm(gene, draft, x) {
    const [transA, transB] = [gene.int(0, 1), gene.int(0, 1)]
    const source = draft.ranked(gene, x, 2)
    const inner = source.shape[transA === 0 ? 1 : 0] as number
    const columns = gene.log(1, 256)
    const w = draft.weight(source.dtype, transB === 0 ? [inner, columns] : [columns, inner])
    const bias = draft.weight(source.dtype, [gene.chance(0.5) ? columns : 1])
    return draft.add('Gemm', [source, w, bias], integers({ transA, transB }))
  },
  MatMulInteger(gene, draft, x) {
    const source = draft.ranked(gene, draft.as(x, gene.pick(quantizedTypes)), rank(gene, 2))
    const w = draft.weight(gene.pick(quantizedTypes), [source.shape.at(-1) ?? 1, gene.log(1, 256)])
    return draft.add('MatMulInteger', [source, w])
  },
  QLinearMatMul(gene, draft, x) {
    const source = draft.ranked(gene, draft.as(x, gene.pick(quantizedTypes)), rank(gene, 2))
    const w = draft.weight(Dtype.int8, [source.shape.at(-1) ?? 1, gene.log(1, 256)])
    const [a, b] = [quantization(draft, source.dtype), quantization(draft, w.dtype)]
    return draft.add('QLinearMatMul', [source, ...a, w, ...b, ...quantization(draft, source.dtype)])
  },
  Einsum(gene, draft, x) {
    const [a = 1, b = 1, c = 1] = factored(gene, count(x.shape), 3)
    const source = draft.reshaped(x, [a, b, c])
    const d = gene.log(1, 64)
    const [equation, shape] = gene.pick<readonly [string, Shape]>([
      ['bij,jk->bik', [c, d]],
      ['bij,bjk->bik', [a, c, d]],
      ['bij,bij->b', [a, b, c]],
      ['bij,bk->ijk', [a, d]],
      ['bij,j->bij', [c]],
      ['bij->jib', []],
      ['bij,kj->bk', [d, c]],
    ])
    const others = equation.includes(',') ? [draft.weight(source.dtype, shape)] : []
    return draft.add('Einsum', [source, ...others], { equation })
  },
  Det(gene, draft, x) {
    const side = gene.int(1, 16)
    const batch = Math.floor(count(x.shape) / side ** 2)
    if (batch === 0) throw new Unfit('too few numbers for a matrix')
    const flat = draft.reshaped(x, [count(x.shape)])
    const lists = [0, batch * side ** 2, 0].map((number) => draft.list(number))
    const cut = draft.add('Slice', [flat, ...lists])
    return draft.add('Det', [draft.reshaped(cut, [batch, side, side])])
  },
} satisfies Readonly<Record<string, Form>>

const images = {
  Conv(gene, draft, x) {
    const { source, channels, spatial } = image(gene, draft, x)
    const { kernel, attributes } = sliding(gene, spatial, 7)
    const { group, shape } = convolutionWeights(gene, channels, kernel)
    const w = draft.weight(Dtype.float32, shape)
    return draft.add('Conv', [source, w], { ...attributes, ...integers({ group }) })
  },
  ConvTranspose(gene, draft, x) {
    const { source, channels, spatial } = image(gene, draft, x)
    const { kernel, attributes } = sliding(gene, spatial, 7)
    const group = gene.chance(0.5) ? 1 : divisor(gene, channels)
    const w = draft.weight(Dtype.float32, [channels, gene.log(1, 16), ...kernel])
    return draft.add('ConvTranspose', [source, w], { ...attributes, ...integers({ group }) })
  },
  ConvInteger(gene, draft, x) {
    const { source, channels, spatial } = image(gene, draft, x, gene.pick(quantizedTypes))
    const { kernel, attributes } = sliding(gene, spatial, 5)
    const { group, shape } = convolutionWeights(gene, channels, kernel)
    const w = draft.weight(gene.pick(quantizedTypes), shape)
    return draft.add('ConvInteger', [source, w], { ...attributes, ...integers({ group }) })
  },
  QLinearConv(gene, draft, x) {
    const { source, channels, spatial } = image(gene, draft, x, gene.pick(quantizedTypes))
    const { kernel, attributes } = sliding(gene, spatial, 5)
    const { group, shape } = convolutionWeights(gene, channels, kernel)
    const w = draft.weight(Dtype.int8, shape)
    const [a, b] = [quantization(draft, source.dtype), quantization(draft, w.dtype)]
    const inputs = [source, ...a, w, ...b, ...quantization(draft, source.dtype)]
    return draft.add('QLinearConv', inputs, { ...attributes, ...integers({ group }) })
  },
  Col2Im(gene, draft, x) {
    const sides = [gene.log(1, 64), gene.log(1, 64)]
    const block = sides.map((side) => Math.min(side, gene.int(1, 4)))
    const positions = sides.reduce((all, side, i) => all * (side - (block[i] as number) + 1), 1)
    const channels = gene.log(1, 8) * count(block)
    const source = draft.add('Expand', [
      draft.add('ReduceMax', [x], integers({ keepdims: 0 })),
      draft.list(1, channels, positions),
    ])
    return draft.add('Col2Im', [source, draft.list(...sides), draft.list(...block)])
  },
  ...named('MaxPool AveragePool LpPool', pool),
  ...named('GlobalMaxPool GlobalAveragePool GlobalLpPool', globally),
  MaxUnpool(gene, draft, x) {
    const { source, spatial } = image(gene, draft, x)
    const kernel = spatial.map(() => 2)
    const indices = draft.indices(source.shape, count(source.shape))
    const attributes = integers({ kernel_shape: kernel, strides: kernel })
    return draft.add('MaxUnpool', [source, indices], attributes)
  },
  BatchNormalization(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene, 2))
    const each = draft.weight(source.dtype, [source.shape[1] as number], 'rising')
    return draft.add('BatchNormalization', [source, each, each, each, each])
  },
  InstanceNormalization(gene, draft, x) {
    const { source, channels } = image(gene, draft, x)
    const each = draft.weight(source.dtype, [channels])
    return draft.add('InstanceNormalization', [source, each, each])
  },
  GroupNormalization(gene, draft, x) {
    const { source, channels } = image(gene, draft, x)
    const each = draft.weight(source.dtype, [channels])
    const num_groups = divisor(gene, channels)
    return draft.add('GroupNormalization', [source, each, each], integers({ num_groups }))
  },
  LayerNormalization(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const axis = axisOf(gene, source)
    const scale = draft.weight(source.dtype, source.shape.slice(axis))
    return draft.add('LayerNormalization', [source, scale], integers({ axis }))
  },
  RMSNormalization(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const axis = axisOf(gene, source)
    const scale = draft.weight(source.dtype, source.shape.slice(axis))
    return draft.add('RMSNormalization', [source, scale], integers({ axis }))
  },
  LRN: (gene, draft, x) =>
    draft.add(
      'LRN',
      [draft.ranked(gene, draft.as(x, Dtype.float32), 4)],
      integers({ size: 2 * gene.int(0, 8) + 1 }),
    ),
  LpNormalization(gene, draft, x) {
    const source = draft.ranked(gene, x, rank(gene))
    const attributes = { axis: axisOf(gene, source), p: gene.int(1, 2) }
    return draft.add('LpNormalization', [source], integers(attributes))
  },
  MeanVarianceNormalization: (gene, draft, x) =>
    draft.add('MeanVarianceNormalization', [draft.ranked(gene, draft.as(x, Dtype.float32), 4)]),
  QuantizeLinear(gene, draft, x) {
    const source = draft.ranked(gene, draft.as(x, Dtype.float32), rank(gene))
    const axis = axisOf(gene, source)
    const shape = gene.chance(0.5) ? [] : [source.shape[axis] as number]
    const zero = draft.weight(gene.pick([...quantizedTypes, Dtype.int16]), shape)
    const scale = draft.weight(Dtype.float32, shape, 'rising')
    return draft.add('QuantizeLinear', [source, scale, zero], integers({ axis }))
  },
  DequantizeLinear(gene, draft, x) {
    const dtypes = [...quantizedTypes, Dtype.int32]
    const source = draft.ranked(gene, draft.as(x, gene.pick(dtypes)), rank(gene))
    const axis = axisOf(gene, source)
    const shape = gene.chance(0.5) ? [] : [source.shape[axis] as number]
    const scale = draft.weight(Dtype.float32, shape, 'rising')
    return draft.add('DequantizeLinear', [source, scale], integers({ axis }))
  },
  DynamicQuantizeLinear: (_, draft, x) =>
    draft.add('DynamicQuantizeLinear', [draft.as(x, Dtype.float32)], {}, 3),
} satisfies Readonly<Record<string, Form>>

const ML = 'ai.onnx.ml.'

const learning = {
  LSTM: recurrent(4)('LSTM'),
  GRU: recurrent(3)('GRU'),
  RNN: recurrent(1)('RNN'),
  [`${ML}TreeEnsembleRegressor`](gene: Gene, draft: Draft, x: Edge) {
    const { source, features } = table(gene, draft, x)
    const trees = forest(gene, features, 'target')
    return draft.add(`${ML}TreeEnsembleRegressor`, [source], { ...trees, n_targets: 2n })
  },
  [`${ML}TreeEnsembleClassifier`](gene: Gene, draft: Draft, x: Edge) {
    const { source, features } = table(gene, draft, x)
    const trees = { ...forest(gene, features, 'class'), classlabels_int64s: [0n, 1n] }
    return draft.add(`${ML}TreeEnsembleClassifier`, [source], trees, 2)
  },
  [`${ML}LinearRegressor`](gene: Gene, draft: Draft, x: Edge) {
    const { source, features } = table(gene, draft, x)
    const targets = gene.log(1, 32)
    const attributes = { coefficients: numbers(features * targets), targets: BigInt(targets) }
    return draft.add(`${ML}LinearRegressor`, [source], attributes)
  },
  [`${ML}LinearClassifier`](gene: Gene, draft: Draft, x: Edge) {
    const { source, features } = table(gene, draft, x)
    const labels = gene.int(2, 16)
    const attributes = {
      coefficients: numbers(features * labels),
      intercepts: numbers(labels),
      classlabels_ints: Array.from({ length: labels }, (_, i) => BigInt(i)),
    }
    return draft.add(`${ML}LinearClassifier`, [source], attributes, 2)
  },
  [`${ML}Scaler`](gene: Gene, draft: Draft, x: Edge) {
    const { source, features } = table(gene, draft, x, gene.pick([Dtype.float32, Dtype.int64]))
    const each = numbers(gene.chance(0.5) ? 1 : features)
    return draft.add(`${ML}Scaler`, [source], { offset: each, scale: each })
  },
  [`${ML}Normalizer`](gene: Gene, draft: Draft, x: Edge) {
    const norm = gene.pick(['MAX', 'L1', 'L2'])
    return draft.add(`${ML}Normalizer`, [table(gene, draft, x).source], { norm })
  },
  [`${ML}Binarizer`]: (gene: Gene, draft: Draft, x: Edge) =>
    draft.add(`${ML}Binarizer`, [table(gene, draft, x).source], { threshold: 0.5 }),
  [`${ML}Imputer`](gene: Gene, draft: Draft, x: Edge) {
    const { source, features } = table(gene, draft, x)
    const imputed_value_floats = numbers(gene.chance(0.5) ? 1 : features)
    const attributes = { imputed_value_floats, replaced_value_float: 1.5 }
    return draft.add(`${ML}Imputer`, [source], attributes)
  },
  [`${ML}FeatureVectorizer`](gene: Gene, draft: Draft, x: Edge) {
    const { source, features } = table(gene, draft, x)
    const parts = gene.log(1, 16)
    const inputdimensions = new Array<bigint>(parts).fill(BigInt(features))
    const inputs = new Array<Edge>(parts).fill(source)
    return draft.add(`${ML}FeatureVectorizer`, inputs, { inputdimensions })
  },
} satisfies Readonly<Record<string, Form>>

/** A way to use each operator of the operator sets that the search imports. */
export const forms: Readonly<Record<string, Form>> = {
  ...elementwise,
  ...rearranging,
  ...reducing,
  ...images,
  ...learning,
}
