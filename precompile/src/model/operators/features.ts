import { Dtype } from '../../tensor.js'
import { InvalidGraphError, StringTensorError } from '../errors.js'
import type { GraphNode } from '../graph/graph.js'
import type { NodeContext } from '../infer/context.js'
import { type Dim, FREE } from '../infer/value.js'
import type { Operator, OperatorTable } from './operator.js'
import { signature } from './signature.js'
import { Weight } from './weights.js'
import { inputElements, outputElements, perOutput } from './work.js'

/** What is known of a node before any shape. */
export type StaticNode = Pick<GraphNode, 'attributes' | 'name' | 'operatorName' | 'version'>

/** Element types that classifiers and scalers of `ai.onnx.ml` take. */
export const FEATURES = {
  T: { 1: [Dtype.float32, Dtype.float64, Dtype.int32, Dtype.int64] },
} as const

export const POST_TRANSFORMS = ['NONE', 'LOGISTIC', 'SOFTMAX', 'SOFTMAX_ZERO', 'PROBIT'] as const

function fail(node: StaticNode, reason: string): never {
  throw new InvalidGraphError(reason, { node: node.name, operator: node.operatorName })
}

/** @throws InvalidGraphError when a text attribute is none of the choices. */
export function expectChoice(
  node: StaticNode,
  attribute: string,
  fallback: string,
  choices: readonly string[],
): void {
  const choice = node.attributes.string(attribute, fallback)
  if (!choices.includes(choice)) fail(node, `${attribute} is "${choice}"`)
}

/**
 * The number of labels of a classifier.
 * @throws StringTensorError when labels are text, which cannot leave the model.
 */
export function countLabels(node: StaticNode, integers: string, strings: string): number {
  if ((node.attributes.strings(strings)?.length ?? 0) > 0) {
    throw new StringTensorError(strings, { node: node.name, operator: node.operatorName })
  }
  const labels = node.attributes.ints(integers)?.length ?? 0
  return labels > 0 ? labels : fail(node, `the attribute "${integers}" has no labels`)
}

/** Rows and features of input 0; a vector is one row. */
export function rowsOf(context: NodeContext): { readonly rows: Dim; readonly features: Dim } {
  const dims = context.expectRank(0, 1, 2)
  return { rows: dims.length === 1 ? 1 : (dims[0] as Dim), features: dims.at(-1) as Dim }
}

/** A linear model: how many numbers it gives for one row, and how many features it weighs. */
interface Linear {
  readonly scores: number
  readonly features: number
  /** Columns of the classifier's second output. */
  readonly columns: number
}

function linearModel(node: StaticNode, scores: number, columns: number): Linear {
  expectChoice(node, 'post_transform', 'NONE', POST_TRANSFORMS)
  const coefficients = node.attributes.floats('coefficients')?.length ?? 0
  if (scores < 1 || coefficients === 0 || coefficients % scores !== 0) {
    fail(node, `${coefficients} coefficients for ${scores} scores`)
  }
  return { scores, features: coefficients / scores, columns }
}

function rowsForLinear(context: NodeContext): Dim {
  const { rows, features } = rowsOf(context)
  const want = (context.node.prepared as Linear).features
  if (features !== FREE && features !== want) {
    context.fail(`its coefficients are for ${want} features, the input has ${features}`)
  }
  return rows
}

const linearWork: Operator['work'] = (context, outputs) => ({
  milliMacs: inputElements(context, 0) * (context.node.prepared as Linear).scores * 1000,
  deciOps: Weight.exponential * outputElements(outputs) + Weight.divide * inputElements(context, 0),
  workspaceBytes: 4 * inputElements(context, 0),
})

const linearRegressor: Operator = {
  signature: signature('T -> float32', { T: { 1: [Dtype.float32] } }),
  prepare(node) {
    const targets = node.attributes.int('targets', 1)
    const intercepts = node.attributes.floats('intercepts')?.length ?? 0
    if (intercepts !== 0 && intercepts !== targets) {
      fail(node, `${intercepts} intercepts for ${targets} targets`)
    }
    return linearModel(node, targets, targets)
  },
  infer: (context) => [
    { dims: [rowsForLinear(context), (context.node.prepared as Linear).columns] },
  ],
  work: linearWork,
}

const linearClassifier: Operator = {
  signature: signature('T -> int64, float32', FEATURES),
  prepare(node) {
    const labels = countLabels(node, 'classlabels_ints', 'classlabels_strings')
    const scores = node.attributes.floats('intercepts')?.length ?? 0
    const isBinary = scores === 1 && labels === 2
    if (!isBinary && scores !== labels) fail(node, `${scores} intercepts for ${labels} labels`)
    if (labels < 2) fail(node, 'it tells no classes apart')
    return linearModel(node, scores, labels)
  },
  infer(context) {
    const rows = rowsForLinear(context)
    return [{ dims: [rows] }, { dims: [rows, (context.node.prepared as Linear).columns] }]
  },
  work: linearWork,
}

/** Checks that a list holds one number for all features, or one for each. */
function expectPerFeature(context: NodeContext, what: string, count: number): void {
  const dims = context.dims(0)
  const features = dims.length === 1 ? dims[0] : dims[1]
  if (features === undefined) context.fail('its input is a scalar')
  if (count !== 1 && features !== FREE && count !== features) {
    context.fail(`${count} numbers of ${what} for ${features} features`)
  }
}

const scaler: Operator = {
  signature: signature('T -> float32', FEATURES),
  prepare(node) {
    const offset = node.attributes.floats('offset')?.length ?? 0
    const scale = node.attributes.floats('scale')?.length ?? 0
    if (scale === 0 || offset !== scale) fail(node, `${offset} offsets and ${scale} scales`)
    return scale
  },
  infer(context) {
    expectPerFeature(context, 'scale', context.node.prepared as number)
    return [{ dims: context.dims(0) }]
  },
  work: perOutput(Weight.exponential),
}

const normalizer: Operator = {
  signature: signature('T -> float32', FEATURES),
  prepare: (node) => expectChoice(node, 'norm', 'MAX', ['MAX', 'L1', 'L2']),
  infer: (context) => [{ dims: context.expectRank(0, 1, 2) }],
  work: perOutput(2 * Weight.divide),
}

const binarizer: Operator = {
  signature: signature('T -> T', { T: { 1: [Dtype.float32] } }),
  infer: (context) => [{ dims: context.dims(0) }],
  work: perOutput(Weight.sigmoid),
}

const imputer: Operator = {
  signature: signature('T -> T', { T: { 1: [Dtype.float32, Dtype.int64] } }),
  infer(context) {
    const { attributes } = context
    const list =
      context.dtype(0) === Dtype.float32
        ? attributes.floats('imputed_value_floats')
        : attributes.ints('imputed_value_int64s')
    const count = list?.length ?? 0
    if (attributes.has('imputed_value_floats') && attributes.has('imputed_value_int64s')) {
      context.fail('it has imputed values of both types')
    }
    if (count === 0) context.fail('it has no imputed values of its type')
    expectPerFeature(context, 'imputed values', count)
    return [{ dims: context.dims(0) }]
  },
  work: perOutput(Weight.divide),
}

const featureVectorizer: Operator = {
  signature: signature('T... -> float32', FEATURES),
  infer(context) {
    const wanted = context.attributes.requiredInts('inputdimensions')
    if (wanted.length !== context.inputs.length || wanted.length === 0) {
      context.fail(`${wanted.length} inputdimensions for ${context.inputs.length} inputs`)
    }
    let rows: Dim = FREE
    wanted.forEach((size, index) => {
      const dims = context.expectRank(index, 1, 2)
      rows = context.same(rows, dims.length === 1 ? 1 : (dims[0] as Dim), 'the number of rows')
      context.same(size, dims.at(-1) as Dim, `the size of input ${index}`)
    })
    return [{ dims: [rows, wanted.reduce((sum, size) => sum + size, 0)] }]
  },
  work: perOutput(Weight.divide),
}

/** Linear models and what prepares features for them, of the domain `ai.onnx.ml`. */
export const features: OperatorTable = {
  'ai.onnx.ml.LinearRegressor': linearRegressor,
  'ai.onnx.ml.LinearClassifier': linearClassifier,
  'ai.onnx.ml.Scaler': scaler,
  'ai.onnx.ml.Normalizer': normalizer,
  'ai.onnx.ml.Binarizer': binarizer,
  'ai.onnx.ml.Imputer': imputer,
  'ai.onnx.ml.FeatureVectorizer': featureVectorizer,
}
