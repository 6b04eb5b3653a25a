import { Dtype } from '../../src/tensor.js'
import { type Attributes, node, weight } from '../../src/testing/onnx.js'
import { integers, list, type Recipe, type RecipeTable, scalar } from './recipe.js'

const unary: readonly Recipe[] = [{ inputs: [[2, 3]] }, { inputs: [[]] }, { inputs: [[0, 4]] }]
const binary: readonly Recipe[] = [
  {
    inputs: [
      [2, 3],
      [2, 3],
    ],
  },
  {
    inputs: [
      [4, 1, 3],
      [2, 1],
    ],
  },
  { inputs: [[], [5]] },
  { inputs: [[1, 1, 1, 2], scalar(2)] },
  { inputs: [[0, 3], [3]] },
]
const many: readonly Recipe[] = [
  { inputs: [[2, 3]] },
  {
    inputs: [
      [2, 3],
      [2, 3],
      [2, 3],
    ],
  },
  { inputs: [[2, 1], [1, 3], [3]], since: 8 },
]
const withAttributes = (...attributes: readonly Attributes[]): readonly Recipe[] => [
  ...unary,
  ...attributes.map((each) => ({ inputs: [[2, 3, 4]], attributes: each })),
]
const named = (names: readonly string[], forms: readonly Recipe[]): RecipeTable =>
  Object.fromEntries(names.map((name) => [name, forms]))

const CAST_TARGETS = Object.values(Dtype).filter((dtype) => dtype !== Dtype.bfloat16)
const along: readonly Recipe[] = [
  { inputs: [[2, 3, 4]] },
  { inputs: [[2, 3, 4]], attributes: integers({ axis: 1 }) },
  { inputs: [[2, 3, 4]], attributes: integers({ axis: 0 }) },
  { inputs: [[2, 3]], attributes: integers({ axis: -1 }), since: 11 },
]

const branch = (operator: string) => ({
  graph: {
    nodes: [node(operator, ['zero'], ['inner'])],
    inputs: [],
    outputs: [{ name: 'inner' }],
    weights: [weight('zero', Dtype.float32, [3], Float32Array.of(0, 1, 2))],
  },
})

/** Operators on each element, activations and conditions. */
export const elementwiseRecipes: RecipeTable = {
  ...named(
    [
      ...['Abs', 'Neg', 'Sign', 'Ceil', 'Floor', 'Round', 'Reciprocal', 'Sqrt', 'Exp', 'Log'],
      ...['Erf', 'Sin', 'Cos', 'Tan', 'Asin', 'Acos', 'Atan', 'Sinh', 'Cosh', 'Asinh', 'Acosh'],
      ...['Atanh', 'IsNaN', 'Not', 'BitwiseNot', 'Identity', 'Relu', 'Sigmoid', 'Tanh'],
      ...['Softplus', 'Softsign', 'HardSwish', 'Mish'],
    ],
    unary,
  ),
  ...named(
    [
      ...['Add', 'Sub', 'Mul', 'Pow', 'Equal', 'Less', 'Greater', 'LessOrEqual'],
      ...['GreaterOrEqual', 'And', 'Or', 'Xor', 'BitwiseAnd', 'BitwiseOr', 'BitwiseXor'],
    ],
    binary,
  ),
  Div: [
    { inputs: [[2, 3], list(1, 2, -3)] },
    { inputs: [[4, 1, 3], { shape: [2, 1], numbers: [2, 5] }] },
    { inputs: [list(7, -7), [2]], since: 7 },
    ...binary.map((form) => ({ ...form, dtype: Dtype.float32 })),
  ],
  ...named(['Sum', 'Mean', 'Max', 'Min'], many),
  ...named(['Softmax', 'LogSoftmax', 'Hardmax'], along),
  IsInf: withAttributes(integers({ detect_negative: 0 })),
  LeakyRelu: withAttributes({ alpha: 0.2 }),
  ThresholdedRelu: withAttributes({ alpha: 0.2 }),
  Elu: withAttributes({ alpha: 0.2 }),
  Celu: withAttributes({ alpha: 0.2 }),
  Selu: withAttributes({ alpha: 1.5, gamma: 1.1 }),
  HardSigmoid: withAttributes({ alpha: 0.3, beta: 0.4 }),
  Gelu: withAttributes({ approximate: 'tanh' }),
  Shrink: withAttributes({ lambd: 0.2, bias: 0.1 }),
  PRelu: [
    { inputs: [[2, 3], [3]] },
    {
      inputs: [
        [2, 3, 4],
        [3, 1],
      ],
    },
    { inputs: [[2, 3], [1]] },
  ],
  Clip: [
    { inputs: [[2, 3]] },
    { inputs: [[2, 3]], attributes: { min: -0.5, max: 0.5 }, until: 10 },
    { inputs: [[2, 3], scalar(1), scalar(3)], since: 11 },
    { inputs: [[2, 3], undefined, scalar(3)], since: 11 },
  ],
  Mod: [
    { inputs: [[2, 3], [3]], attributes: integers({ fmod: 1 }) },
    {
      inputs: [
        [2, 3],
        [2, 1],
      ],
      attributes: integers({ fmod: 1 }),
    },
  ],
  BitShift: ['LEFT', 'RIGHT'].map((direction) => ({
    inputs: [[2, 3], [3]],
    attributes: { direction },
  })),
  Where: [
    {
      inputs: [
        [2, 3],
        [2, 3],
        [2, 3],
      ],
    },
    { inputs: [[2, 1], [3], []] },
  ],
  Cast: CAST_TARGETS.map((to) => ({ inputs: [[2, 3]], attributes: integers({ to }) })),
  CastLike: [{ inputs: [[2, 3], [1]] }],
  Dropout: [
    { inputs: [[2, 3]] },
    { inputs: [[2, 3]], outputs: 2, since: 10 },
    { inputs: [[2, 3]], attributes: { ratio: 0.3 }, until: 11 },
    { inputs: [[2, 3], scalar(0.5)], since: 12 },
    { inputs: [[2, 3], scalar(0.5), scalar(0)], outputs: 2, since: 12 },
  ],
  QuantizeLinear: [
    { inputs: [[2, 3], scalar(0.5)], until: 18 },
    { inputs: [[2, 3], scalar(0.5), scalar(3)] },
    {
      inputs: [[2, 3], list(0.5, 1, 2), list(3, 2, 1)],
      attributes: integers({ axis: 1 }),
      since: 13,
    },
  ],
  DequantizeLinear: [
    { inputs: [[2, 3], scalar(0.5)] },
    { inputs: [[2, 3], list(0.5, 1), list(0, 0)], attributes: integers({ axis: 0 }), since: 13 },
  ],
  DynamicQuantizeLinear: [{ inputs: [[2, 3]], outputs: 3 }],
  If: [
    {
      inputs: [[]],
      attributes: { then_branch: branch('Abs'), else_branch: branch('Neg') },
    },
    {
      inputs: [scalar(1)],
      attributes: { then_branch: branch('Abs'), else_branch: branch('ReduceMax') },
      since: 13,
    },
  ],
}
