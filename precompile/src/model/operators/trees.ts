import { Dtype } from '../../tensor.js'
import { InvalidGraphError } from '../errors.js'
import type { NodeContext } from '../infer/context.js'
import { type Dim, FREE } from '../infer/value.js'
import { type Ensemble, readEnsemble } from './ensemble.js'
import {
  countLabels,
  expectChoice,
  FEATURES,
  POST_TRANSFORMS,
  type StaticNode,
} from './features.js'
import type { Operator, OperatorTable, Work } from './operator.js'
import { signature } from './signature.js'
import { Weight } from './weights.js'

/** The last version of the domain `ai.onnx.ml` that has the two operators. */
const LAST_VERSION = 4

interface Trees {
  readonly ensemble: Ensemble
  /** Numbers that the ensemble gives for one row. */
  readonly scores: number
}

/** @param baseCounts - How many numbers `base_values` may hold, when it holds any. */
function readTrees(
  node: StaticNode,
  prefix: 'target' | 'class',
  scores: number,
  baseCounts: readonly number[],
): Trees {
  expectChoice(node, 'post_transform', 'NONE', POST_TRANSFORMS)
  expectChoice(node, 'aggregate_function', 'SUM', ['SUM', 'AVERAGE', 'MIN', 'MAX'])
  const base = node.attributes.floats('base_values')?.length ?? 0
  if (base !== 0 && !baseCounts.includes(base)) {
    throw new InvalidGraphError(`${base} base_values for ${scores} scores`, {
      node: node.name,
      operator: node.operatorName,
    })
  }
  return { ensemble: readEnsemble(node, prefix, scores), scores }
}

/** Rows of an input that has every feature the trees look at. */
function rowsForTrees(context: NodeContext): Dim {
  const [rows, features] = context.expectRank(0, 2) as [Dim, Dim]
  const { lastFeature, tensorDtype } = (context.node.prepared as Trees).ensemble
  if (features !== FREE && features <= lastFeature) {
    context.fail(`it looks at feature ${lastFeature} of ${features}`)
  }
  if (tensorDtype !== undefined && tensorDtype !== context.dtype(0)) {
    context.fail('its thresholds and its input differ in type')
  }
  return rows
}

function treeWork(context: NodeContext): Work {
  const { ensemble, scores } = context.node.prepared as Trees
  const [rows = 0] = context.shape(0)
  const walk = ensemble.nodesOnPath * Weight.branch + ensemble.weightsOnPath * Weight.scatter
  return {
    milliMacs: 0,
    deciOps: rows * (walk + scores * Weight.exponential),
    workspaceBytes: rows * scores * 16,
  }
}

const regressor: Operator = {
  signature: signature(
    'T -> float32',
    { T: { 1: [Dtype.float32, Dtype.float64] } },
    { until: LAST_VERSION },
  ),
  prepare(node) {
    const scores = node.attributes.int('n_targets', 0)
    if (scores < 1) {
      throw new InvalidGraphError(`n_targets is ${scores}`, {
        node: node.name,
        operator: node.operatorName,
      })
    }
    return readTrees(node, 'target', scores, [scores])
  },
  infer(context) {
    return [{ dims: [rowsForTrees(context), (context.node.prepared as Trees).scores] }]
  },
  work: treeWork,
}

const classifier: Operator = {
  signature: signature('T -> int64, float32', FEATURES, { until: LAST_VERSION }),
  prepare(node) {
    const scores = countLabels(node, 'classlabels_int64s', 'classlabels_strings')
    return readTrees(node, 'class', scores, [1, scores])
  },
  infer(context) {
    const rows = rowsForTrees(context)
    return [{ dims: [rows] }, { dims: [rows, (context.node.prepared as Trees).scores] }]
  },
  work: treeWork,
}

/** Decision trees of the domain `ai.onnx.ml`. */
export const trees: OperatorTable = {
  'ai.onnx.ml.TreeEnsembleRegressor': regressor,
  'ai.onnx.ml.TreeEnsembleClassifier': classifier,
}
