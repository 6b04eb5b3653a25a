import { Dtype } from '../../src/tensor.js'
import type { Attributes } from '../../src/testing/onnx.js'
import { integers, list, type Operand, type Recipe, type RecipeTable } from './recipe.js'

const STEPS = 3
const BATCH = 2
const FEATURES = 4
const HIDDEN = 5

function recurrent(gates: number, states: number): readonly Recipe[] {
  const inputs = (directions: number): Operand[] => [
    [STEPS, BATCH, FEATURES],
    [directions, gates * HIDDEN, FEATURES],
    [directions, gates * HIDDEN, HIDDEN],
  ]
  const rest = (directions: number): Operand[] => [
    [directions, 2 * gates * HIDDEN],
    list(2, 3),
    ...new Array<Operand>(states).fill([directions, BATCH, HIDDEN]),
  ]
  const size = integers({ hidden_size: HIDDEN })
  const outputs = 1 + states
  return [
    { inputs: inputs(1), attributes: size, outputs },
    { inputs: inputs(1), attributes: size },
    { inputs: [...inputs(1), ...rest(1)], attributes: { ...size, direction: 'reverse' }, outputs },
    {
      inputs: [...inputs(2), ...rest(2)],
      attributes: { ...size, direction: 'bidirectional', clip: 0.5 },
      outputs,
    },
  ]
}

const GRU = recurrent(3, 1)
const TREE: Attributes = {
  ...integers({
    nodes_treeids: [0, 0, 0, 1],
    nodes_nodeids: [0, 1, 2, 0],
    nodes_featureids: [1, 0, 0, 0],
    nodes_truenodeids: [1, 0, 0, 0],
    nodes_falsenodeids: [2, 0, 0, 0],
  }),
  nodes_modes: ['BRANCH_LEQ', 'LEAF', 'LEAF', 'LEAF'],
  nodes_values: [0.5, 0, 0, 0],
}
const WEIGHTS = (prefix: string): Attributes => ({
  ...integers({
    [`${prefix}_treeids`]: [0, 0, 1],
    [`${prefix}_nodeids`]: [1, 2, 0],
    [`${prefix}_ids`]: [0, 1, 1],
  }),
  [`${prefix}_weights`]: [1.5, 2.5, 0.5],
})
const forRows = (attributes: Attributes, outputs = 1, dtype?: Dtype): readonly Recipe[] =>
  [[4, 3], [3], [0, 3]].map((shape) => ({
    inputs: [shape],
    attributes,
    outputs,
    ...(dtype && { dtype }),
  }))
const forTable = (attributes: Attributes, outputs = 1): readonly Recipe[] =>
  [
    [4, 3],
    [0, 3],
  ].map((shape) => ({ inputs: [shape], attributes, outputs }))

/** Recurrent layers, trees and linear models. */
export const learningRecipes: RecipeTable = {
  LSTM: [
    ...recurrent(4, 2),
    {
      inputs: [
        [STEPS, BATCH, FEATURES],
        [1, 4 * HIDDEN, FEATURES],
        [1, 4 * HIDDEN, HIDDEN],
        undefined,
        undefined,
        undefined,
        undefined,
        [1, 3 * HIDDEN],
      ],
      attributes: {
        ...integers({ hidden_size: HIDDEN }),
        activations: ['Sigmoid', 'Tanh', 'Relu'],
      },
      outputs: 3,
    },
  ],
  GRU: [
    ...GRU,
    { ...(GRU[2] as Recipe), attributes: { ...GRU[2]?.attributes, linear_before_reset: 1n } },
  ],
  RNN: recurrent(1, 1),
  'ai.onnx.ml.TreeEnsembleRegressor': [
    ...forTable({ ...TREE, ...WEIGHTS('target'), n_targets: 2n }),
    ...forTable({
      ...TREE,
      ...WEIGHTS('target'),
      n_targets: 3n,
      aggregate_function: 'MAX',
      base_values: [0.5, 1.5, 2.5],
    }),
  ],
  'ai.onnx.ml.TreeEnsembleClassifier': forTable(
    { ...TREE, ...WEIGHTS('class'), classlabels_int64s: [5n, 9n], post_transform: 'SOFTMAX' },
    2,
  ),
  'ai.onnx.ml.LinearRegressor': [
    ...forRows({ coefficients: [0.5, 1.5, 2.5], intercepts: [0.5] }),
    ...forRows({ coefficients: [0.5, 1.5, 2.5, 1, 2, 3], targets: 2n }),
  ],
  'ai.onnx.ml.LinearClassifier': [
    ...forRows(
      {
        coefficients: [0.5, 1.5, 2.5, 1, 2, 3],
        intercepts: [0.5, 1],
        classlabels_ints: [5n, 9n],
      },
      2,
    ),
    ...forRows({ coefficients: [0.5, 1.5, 2.5], intercepts: [0.5], classlabels_ints: [5n, 9n] }, 2),
  ],
  'ai.onnx.ml.Scaler': [
    ...forRows({ offset: [0.5, 1.5, 2.5], scale: [2, 3, 4] }),
    { inputs: [[2, 3, 4]], attributes: { offset: [0.5], scale: [2] } },
  ],
  'ai.onnx.ml.Normalizer': ['MAX', 'L1', 'L2'].flatMap((norm) => forRows({ norm })),
  'ai.onnx.ml.Binarizer': forRows({ threshold: 0.5 }),
  'ai.onnx.ml.Imputer': [
    ...forRows({ imputed_value_floats: [0.5], replaced_value_float: 1 }, 1, Dtype.float32),
    ...forRows({ imputed_value_int64s: [3n], replaced_value_int64: 1n }, 1, Dtype.int64),
  ],
  'ai.onnx.ml.FeatureVectorizer': [
    {
      inputs: [
        [2, 3],
        [2, 1],
      ],
      attributes: integers({ inputdimensions: [3, 1] }),
    },
    { inputs: [[3]], attributes: integers({ inputdimensions: [3] }) },
  ],
}
