import type { AttributeValues } from '../../exact/compile/proto.js'
import { intersection, rangeOf } from '../../exact/interval.js'
import { INTEGER_RANGE, type IntegerDtype } from '../../exact/tensor.js'
import { Dtype, type Shape } from '../../tensor.js'
import type { Operand } from './operand.js'

/** One node whose answer is known. */
export interface KnownCase {
  readonly attributes?: AttributeValues
  /** Undefined is an optional input that is left out. */
  readonly operands: readonly (Operand | undefined)[]
  /** Number of outputs. Default: one. */
  readonly outputs?: number
}

const { bool, uint8, int8, int32, int64 } = Dtype
const ALL = [bool, uint8, int8, int32, int64] as const
const NUMBERS = [uint8, int8, int32, int64] as const
const NARROW = [uint8, int8, int32] as const
const WIDE = [int32, int64] as const

/** Around the widths of vector registers, with tails: 16, 32 and 64 bytes. */
const LENGTHS = [1, 7, 16, 67]
const HALF = { [int32]: 2n ** 30n, [int64]: 2n ** 62n } as const
const ROOT = { [int32]: 46_340n, [int64]: 3_037_000_499n } as const

function x(dtype: IntegerDtype, shape: Shape, more: Partial<Operand> = {}): Operand {
  return { dtype, shape, ...more }
}

/** A constant of int64, as shapes, axes and indices are. */
function numbers(...elements: number[]): Operand {
  return { dtype: int64, shape: [elements.length], elements, isConstant: true }
}

function scalar(dtype: IntegerDtype, element: number | bigint): Operand {
  return { dtype, shape: [], elements: [element], isConstant: true }
}

/** Both operands of one shape, then a broadcast each way. */
function pairs(
  dtypes: readonly IntegerDtype[],
  a: (dtype: IntegerDtype) => Partial<Operand> = () => ({}),
  b: (dtype: IntegerDtype) => Partial<Operand> = a,
): KnownCase[] {
  const shapes: [Shape, Shape][] = [
    ...LENGTHS.map((length): [Shape, Shape] => [[length], [length]]),
    [[5, 33], []],
    [
      [3, 1, 19],
      [4, 1],
    ],
  ]
  return dtypes.flatMap((dtype) =>
    shapes.map(([left, right]) => ({
      operands: [x(dtype, left, a(dtype)), x(dtype, right, b(dtype))],
    })),
  )
}

function singles(
  dtypes: readonly IntegerDtype[],
  more: (dtype: IntegerDtype) => Partial<Operand> = () => ({}),
): KnownCase[] {
  return dtypes.flatMap((dtype) =>
    LENGTHS.map((length) => ({ operands: [x(dtype, [length], more(dtype))] })),
  )
}

/** One case for each type: nodes that move elements copy 1, 4 or 8 bytes. */
function moves(make: (dtype: IntegerDtype) => KnownCase | readonly KnownCase[]): KnownCase[] {
  return ALL.flatMap(make)
}

const half = (dtype: IntegerDtype) => {
  const bound = HALF[dtype as typeof int32]
  return { low: -bound, high: bound - 1n }
}
const root = (dtype: IntegerDtype) => {
  const bound = ROOT[dtype as typeof int32]
  return { low: -bound, high: bound }
}
/** All but the lowest, whose negative does not fit. */
const symmetric = (dtype: IntegerDtype) => {
  const [, high] = INTEGER_RANGE[dtype]
  return { low: -high, high }
}
const like = () => ({ like: 0 })
const any = () => ({})

const comparison = (dtypes: readonly IntegerDtype[]) => pairs(dtypes, any, like)
const extremum = [
  ...pairs(NARROW, any, like),
  ...NARROW.map((dtype) => ({
    operands: [x(dtype, [33]), x(dtype, [33], { like: 0 }), x(dtype, [1])],
  })),
]

function reduction(dtypes: readonly IntegerDtype[], bounds: (dtype: IntegerDtype) => object) {
  return dtypes.flatMap((dtype): KnownCase[] => {
    const operand = x(dtype, [3, 5, 17], bounds(dtype))
    return [
      { operands: [operand], attributes: { axes: [2n], keepdims: 1n } },
      { operands: [operand], attributes: { axes: [0n], keepdims: 0n } },
      { operands: [operand], attributes: { axes: [-2n, 0n], keepdims: 0n } },
      { operands: [operand], attributes: { keepdims: 0n } },
    ]
  })
}

/** Bounds within which a sum of 255 elements is proved: int64 is summed in float64. */
const summand = (dtype: IntegerDtype) => {
  const bound = 2n ** ((dtype === int64 ? 53n : 31n) - 8n)
  return { low: -bound, high: bound - 1n }
}

const argument = NUMBERS.flatMap((dtype): KnownCase[] => {
  const ties = x(dtype, [3, 5, 17], { low: 0n, high: 2n })
  return [
    { operands: [ties], attributes: { axis: 2n, keepdims: 0n } },
    { operands: [ties], attributes: { axis: 1n, keepdims: 1n } },
    { operands: [x(dtype, [4, 33])], attributes: { axis: -1n } },
    { operands: [x(dtype, [33])], attributes: { axis: 0n } },
  ]
})

/** Rows, inner length, columns: one register and less, several, and what is left over at each end. */
const PRODUCTS: readonly (readonly [number, number, number])[] = [
  [1, 1, 1],
  [1, 64, 64],
  [1, 513, 1],
  [2, 33, 17],
  [3, 7, 5],
  [4, 256, 16],
  [5, 65, 33],
  [7, 130, 47],
  [8, 16, 8],
  [9, 100, 31],
  [13, 31, 66],
  [6, 1030, 18],
]

/** Zero points at both ends and between: products then have either sign. */
const ZEROS = [
  [0, 0],
  [0, 128],
  [255, 0],
  [128, 255],
] as const

function integerProducts(): KnownCase[] {
  const plain = PRODUCTS.flatMap(([m, k, n], i): KnownCase[] =>
    [true, false].map((isConstant, j) => {
      const [a, b] = ZEROS[(i + j) % ZEROS.length] as (typeof ZEROS)[number]
      const operands = [x(uint8, [m, k]), x(uint8, [k, n], { isConstant })]
      return { operands: [...operands, scalar(uint8, a), scalar(uint8, b)] }
    }),
  )
  const perColumn = x(uint8, [33], { isConstant: true })
  const columns = [x(uint8, [6, 70]), x(uint8, [70, 33], { isConstant: true })]
  return [
    ...plain,
    { operands: [...columns, scalar(uint8, 7), perColumn] },
    { operands: [x(uint8, [2, 3, 5, 40]), x(uint8, [3, 40, 9])] },
    { operands: [x(uint8, [70]), x(uint8, [70, 9])] },
  ]
}

function products(): KnownCase[] {
  return WIDE.flatMap((dtype): KnownCase[] => {
    const bounds = (length: number) => {
      const bound = BigInt(Math.floor(Number(ROOT[dtype]) / Math.sqrt(length)) - 1)
      return { low: -bound, high: bound }
    }
    const [m, k, n] = [5, 37, 19]
    return [
      { operands: [x(dtype, [m, k], bounds(k)), x(dtype, [k, n], bounds(k))] },
      {
        operands: [
          x(dtype, [m, k], bounds(k)),
          x(dtype, [k, n], { ...bounds(k), isConstant: true }),
        ],
      },
      { operands: [x(dtype, [1, 2], bounds(2)), x(dtype, [2, 1], bounds(2))] },
      { operands: [x(dtype, [2, 1, 4, 9], bounds(9)), x(dtype, [3, 9, 8], bounds(9))] },
    ]
  })
}

interface Convolution {
  readonly input: Shape
  readonly weights: Shape
  readonly attributes?: AttributeValues
}

const CONVOLUTIONS: readonly Convolution[] = [
  {
    input: [1, 16, 9, 11],
    weights: [17, 16, 3, 3],
    attributes: { pads: [1n, 1n, 1n, 1n] },
  },
  { input: [1, 32, 5, 5], weights: [33, 32, 1, 1] },
  { input: [2, 3, 8, 8], weights: [4, 3, 3, 3], attributes: { strides: [2n, 2n] } },
  {
    input: [1, 24, 9, 9],
    weights: [24, 1, 3, 3],
    attributes: { group: 24n, pads: [1n, 1n, 1n, 1n] },
  },
  {
    input: [1, 12, 7, 7],
    weights: [18, 4, 3, 3],
    attributes: { group: 3n, strides: [2n, 1n], pads: [1n, 0n, 0n, 1n] },
  },
  {
    input: [1, 5, 12, 12],
    weights: [7, 5, 3, 3],
    attributes: { dilations: [2n, 3n], pads: [2n, 3n, 2n, 3n] },
  },
  { input: [1, 7, 70], weights: [9, 7, 5], attributes: { strides: [2n], pads: [2n, 1n] } },
]

function convolutions(): KnownCase[] {
  const types = [
    [uint8, uint8, 128],
    [uint8, int8, -3],
    [int8, int8, 5],
  ] as const
  return types.flatMap(([data, weights, zero]) =>
    CONVOLUTIONS.flatMap(({ input, weights: shape, attributes = {} }, i): KnownCase[] => {
      const dataZero = data === uint8 ? ([0, 255, 130][i % 3] as number) : -128
      const operands = (isConstant: boolean) => [
        x(data, input),
        x(weights, shape, { isConstant }),
        scalar(data, dataZero),
        scalar(weights, zero),
      ]
      return [
        { operands: operands(true), attributes },
        ...(i % 2 === 0 ? [{ operands: operands(false), attributes }] : []),
      ]
    }),
  )
}

/** Divisors at the ends of half a word, a word and a word and a bit: division of int64 by words has a case for each. */
const STEPS = [3n, 2n ** 16n - 1n, 2n ** 16n, 2n ** 32n - 1n, 2n ** 32n + 3n, 2n ** 33n - 1n]

function divisions(): KnownCase[] {
  const aroundWords: KnownCase = {
    operands: [
      x(int64, [16, STEPS.length], { low: -(2n ** 33n), high: 2n ** 33n }),
      { dtype: int64, shape: [STEPS.length], elements: STEPS, isConstant: true },
    ],
  }
  const others = WIDE.flatMap((dtype): KnownCase[] => {
    const [low, high] = INTEGER_RANGE[dtype]
    return [
      ...pairs(
        [dtype],
        () => ({}),
        () => ({ low: 1n, high }),
      ),
      ...pairs(
        [dtype],
        () => ({}),
        () => ({ low, high: -2n }),
      ),
      // As requantisation divides: a constant for each channel.
      {
        operands: [
          x(dtype, [2, 5, 3, 3]),
          x(dtype, [5, 1, 1], { low: 2n, high: 9999n, isConstant: true }),
        ],
      },
    ]
  })
  return [...others, aroundWords]
}

function clips(): KnownCase[] {
  return NARROW.flatMap((dtype): KnownCase[] => {
    const [low, high] = dtype === uint8 ? [3, 250] : dtype === int8 ? [-100, 99] : [0, 255]
    const [min, max] = [scalar(dtype, low), scalar(dtype, high)]
    return [
      ...LENGTHS.map((length) => ({ operands: [x(dtype, [length]), min, max] })),
      { operands: [x(dtype, [33]), min] },
      { operands: [x(dtype, [33]), undefined, max] },
    ]
  })
}

function casts(): KnownCase[] {
  return ALL.flatMap((from) =>
    ALL.filter((to) => to !== from).map((to): KnownCase => {
      const bounds = to === bool ? {} : intersection(rangeOf(from), rangeOf(to))
      return { operands: [x(from, [67], bounds)], attributes: { to: BigInt(to) } }
    }),
  )
}

function gathers(): KnownCase[] {
  return moves((dtype) => {
    const data = x(dtype, [6, 5, 3])
    return [
      { operands: [data, x(int64, [2, 4], { low: -6n, high: 5n })], attributes: { axis: 0n } },
      { operands: [data, x(int32, [7], { low: -5n, high: 4n })], attributes: { axis: 1n } },
      { operands: [data, x(int32, [], { low: 0n, high: 2n })], attributes: { axis: -1n } },
    ]
  })
}

const pool = (dtype: IntegerDtype): KnownCase[] => [
  {
    operands: [x(dtype, [1, 5, 12, 13])],
    attributes: { kernel_shape: [2n, 2n], strides: [2n, 2n] },
  },
  {
    operands: [x(dtype, [2, 3, 9, 9])],
    attributes: { kernel_shape: [3n, 3n], strides: [2n, 1n], pads: [1n, 1n, 1n, 1n] },
  },
  // Above the smallest there is, so that padding would show.
  {
    operands: [x(dtype, [1, 2, 20], dtype === int8 ? { high: -1n } : {})],
    attributes: { kernel_shape: [3n], pads: [1n, 1n] },
  },
]

/** Cases of every exact operator: each type, vector widths and tails, extremes, ties, and what native code is known to get wrong nearby. */
export const knownCases: Readonly<Record<string, readonly KnownCase[]>> = {
  Abs: singles(WIDE, symmetric),
  Add: pairs(WIDE, half),
  And: pairs([bool]),
  ArgMax: argument,
  ArgMin: argument,
  Cast: casts(),
  Clip: clips(),
  Concat: moves((dtype) => [
    { operands: [x(dtype, [3, 5]), x(dtype, [4, 5])], attributes: { axis: 0n } },
    { operands: [x(dtype, [3, 5]), x(dtype, [3, 2]), x(dtype, [3, 1])], attributes: { axis: -1n } },
  ]),
  ConvInteger: convolutions(),
  Div: divisions(),
  Equal: comparison(ALL),
  Expand: moves((dtype) => ({ operands: [x(dtype, [3, 1, 5]), numbers(2, 3, 4, 5)] })),
  Flatten: moves((dtype) => ({ operands: [x(dtype, [2, 3, 5])], attributes: { axis: 2n } })),
  Gather: gathers(),
  GatherElements: moves((dtype) => [
    {
      operands: [x(dtype, [6, 5]), x(int64, [4, 5], { low: -6n, high: 5n })],
      attributes: { axis: 0n },
    },
    {
      operands: [x(dtype, [6, 5]), x(int32, [6, 9], { low: -5n, high: 4n })],
      attributes: { axis: 1n },
    },
  ]),
  GatherND: moves((dtype) => [
    { operands: [x(dtype, [4, 4, 3]), x(int64, [5, 2], { low: -4n, high: 3n })] },
    {
      operands: [x(dtype, [3, 4, 4]), x(int64, [3, 6, 1], { low: -4n, high: 3n })],
      attributes: { batch_dims: 1n },
    },
  ]),
  Greater: comparison(NUMBERS),
  GreaterOrEqual: comparison(NUMBERS),
  Identity: singles(ALL),
  Less: comparison(NUMBERS),
  LessOrEqual: comparison(NUMBERS),
  MatMul: products(),
  MatMulInteger: integerProducts(),
  Max: extremum,
  MaxPool: [...pool(uint8), ...pool(int8)],
  Min: extremum,
  Mul: [...pairs(WIDE, root), ...pairs(WIDE, symmetric, () => ({ low: -1n, high: 1n }))],
  Neg: singles(WIDE, symmetric),
  Not: singles([bool]),
  Or: pairs([bool]),
  Pad: moves((dtype) => [
    { operands: [x(dtype, [3, 5]), numbers(1, 0, 2, 3)] },
    { operands: [x(dtype, [3, 5]), numbers(0, 4, 1, 0), x(dtype, [])] },
  ]),
  ReduceMax: reduction(NARROW, any),
  ReduceMin: reduction(NARROW, any),
  ReduceSum: WIDE.flatMap((dtype): KnownCase[] => {
    const operand = x(dtype, [3, 5, 17], summand(dtype))
    return [
      { operands: [operand, numbers(2)], attributes: { keepdims: 1n } },
      { operands: [operand, numbers(0)], attributes: { keepdims: 0n } },
      { operands: [operand, numbers(-2, 0)], attributes: { keepdims: 0n } },
      { operands: [operand], attributes: { keepdims: 0n } },
    ]
  }),
  Reshape: moves((dtype) => ({ operands: [x(dtype, [2, 3, 5]), numbers(0, -1)] })),
  Slice: moves((dtype) => [
    { operands: [x(dtype, [7, 9]), numbers(1, -2), numbers(6, -8), numbers(0, 1), numbers(2, -1)] },
    { operands: [x(dtype, [7, 9]), numbers(-1), numbers(-100), numbers(1), numbers(-3)] },
    { operands: [x(dtype, [7, 9]), numbers(2), numbers(1000)] },
  ]),
  Split: moves((dtype) => [
    { operands: [x(dtype, [6, 5])], attributes: { axis: 0n }, outputs: 3 },
    { operands: [x(dtype, [3, 9]), numbers(2, 3, 4)], attributes: { axis: -1n }, outputs: 3 },
  ]),
  Squeeze: moves((dtype) => ({ operands: [x(dtype, [1, 3, 1, 5]), numbers(0, -2)] })),
  Sub: pairs(WIDE, half),
  Tile: moves((dtype) => ({ operands: [x(dtype, [2, 3]), numbers(3, 2)] })),
  Transpose: moves((dtype) => [
    { operands: [x(dtype, [17, 19])] },
    { operands: [x(dtype, [3, 4, 5, 6])], attributes: { perm: [0n, 2n, 3n, 1n] } },
    { operands: [x(dtype, [4, 5, 6])], attributes: { perm: [1n, 0n, 2n] } },
  ]),
  Unsqueeze: moves((dtype) => ({ operands: [x(dtype, [3, 5]), numbers(0, -1)] })),
  Where: [uint8, int32, int64].flatMap((dtype): KnownCase[] => [
    { operands: [x(bool, [67]), x(dtype, [67]), x(dtype, [67])] },
    { operands: [x(bool, [3, 1]), x(dtype, [1, 33]), x(dtype, [])] },
  ]),
  Xor: pairs([bool]),
}
