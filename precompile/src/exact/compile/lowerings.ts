import { lowerAbs } from '../operators/abs.js'
import { lowerAdd } from '../operators/add.js'
import { lowerAnd } from '../operators/and.js'
import { lowerArgMax } from '../operators/argMax.js'
import { lowerArgMin } from '../operators/argMin.js'
import { lowerAveragePool } from '../operators/averagePool.js'
import { lowerBatchNormalization } from '../operators/batchNormalization.js'
import { lowerCast } from '../operators/cast.js'
import { lowerClip } from '../operators/clip.js'
import { lowerConcat } from '../operators/concat.js'
import { lowerConv } from '../operators/conv.js'
import { lowerConvTranspose } from '../operators/convTranspose.js'
import { lowerDiv } from '../operators/div.js'
import { lowerElu } from '../operators/elu.js'
import { lowerEqual } from '../operators/equal.js'
import { lowerErf } from '../operators/erf.js'
import { lowerExp } from '../operators/exp.js'
import { lowerExpand } from '../operators/expand.js'
import { lowerGather } from '../operators/gather.js'
import { lowerGelu } from '../operators/gelu.js'
import { lowerGemm } from '../operators/gemm.js'
import { lowerGlobalAveragePool } from '../operators/globalAveragePool.js'
import { lowerGlobalMaxPool } from '../operators/globalMaxPool.js'
import { lowerGreater } from '../operators/greater.js'
import { lowerGreaterOrEqual } from '../operators/greaterOrEqual.js'
import { lowerHardSigmoid } from '../operators/hardSigmoid.js'
import { lowerHardSwish } from '../operators/hardSwish.js'
import { lowerIdentity } from '../operators/identity.js'
import { lowerLeakyRelu } from '../operators/leakyRelu.js'
import { lowerLess } from '../operators/less.js'
import { lowerLessOrEqual } from '../operators/lessOrEqual.js'
import { lowerLinearClassifier } from '../operators/linearClassifier.js'
import { lowerLinearRegressor } from '../operators/linearRegressor.js'
import { lowerLog } from '../operators/log.js'
import { lowerLogSoftmax } from '../operators/logSoftmax.js'
import { lowerMatMul } from '../operators/matMul.js'
import { lowerMax } from '../operators/max.js'
import { lowerMaxPool } from '../operators/maxPool.js'
import { lowerMin } from '../operators/min.js'
import { lowerMul } from '../operators/mul.js'
import { lowerNeg } from '../operators/neg.js'
import { lowerNormalizer } from '../operators/normalizer.js'
import { lowerNot } from '../operators/not.js'
import { lowerOr } from '../operators/or.js'
import { lowerPad } from '../operators/pad.js'
import { lowerPow } from '../operators/pow.js'
import { lowerPRelu } from '../operators/pRelu.js'
import { lowerReciprocal } from '../operators/reciprocal.js'
import { lowerReduceMax } from '../operators/reduceMax.js'
import { lowerReduceMean } from '../operators/reduceMean.js'
import { lowerReduceMin } from '../operators/reduceMin.js'
import { lowerReduceSum } from '../operators/reduceSum.js'
import { lowerRelu } from '../operators/relu.js'
import { lowerReshape } from '../operators/reshape.js'
import { lowerResize } from '../operators/resize.js'
import { lowerScaler } from '../operators/scaler.js'
import { lowerSelu } from '../operators/selu.js'
import { lowerSigmoid } from '../operators/sigmoid.js'
import { lowerSlice } from '../operators/slice.js'
import { lowerSoftmax } from '../operators/softmax.js'
import { lowerSoftplus } from '../operators/softplus.js'
import { lowerSoftsign } from '../operators/softsign.js'
import { lowerSplit } from '../operators/split.js'
import { lowerSqrt } from '../operators/sqrt.js'
import { lowerSub } from '../operators/sub.js'
import { lowerTanh } from '../operators/tanh.js'
import { lowerTile } from '../operators/tile.js'
import { lowerTranspose } from '../operators/transpose.js'
import { lowerTreeEnsembleClassifier } from '../operators/treeEnsembleClassifier.js'
import { lowerTreeEnsembleRegressor } from '../operators/treeEnsembleRegressor.js'
import { lowerWhere } from '../operators/where.js'
import { lowerXor } from '../operators/xor.js'
import type { Lowering } from './lowering.js'

/** How each operator of a float graph becomes integers, by its ONNX name. */
export const lowerings: Readonly<Record<string, Lowering>> = {
  Add: lowerAdd,
  Abs: lowerAbs,
  And: lowerAnd,
  ArgMax: lowerArgMax,
  ArgMin: lowerArgMin,
  AveragePool: lowerAveragePool,
  BatchNormalization: lowerBatchNormalization,
  Cast: lowerCast,
  Clip: lowerClip,
  Concat: lowerConcat,
  Conv: lowerConv,
  ConvTranspose: lowerConvTranspose,
  Div: lowerDiv,
  Equal: lowerEqual,
  Expand: lowerExpand,
  Gather: lowerGather,
  GlobalAveragePool: lowerGlobalAveragePool,
  GlobalMaxPool: lowerGlobalMaxPool,
  Greater: lowerGreater,
  GreaterOrEqual: lowerGreaterOrEqual,
  HardSigmoid: lowerHardSigmoid,
  HardSwish: lowerHardSwish,
  Identity: lowerIdentity,
  LeakyRelu: lowerLeakyRelu,
  Less: lowerLess,
  LessOrEqual: lowerLessOrEqual,
  MatMul: lowerMatMul,
  Max: lowerMax,
  MaxPool: lowerMaxPool,
  Min: lowerMin,
  Mul: lowerMul,
  Neg: lowerNeg,
  Not: lowerNot,
  Or: lowerOr,
  Pad: lowerPad,
  PRelu: lowerPRelu,
  ReduceMax: lowerReduceMax,
  ReduceMean: lowerReduceMean,
  ReduceMin: lowerReduceMin,
  ReduceSum: lowerReduceSum,
  Reshape: lowerReshape,
  Resize: lowerResize,
  Slice: lowerSlice,
  Split: lowerSplit,
  Sub: lowerSub,
  Tile: lowerTile,
  Transpose: lowerTranspose,
  Where: lowerWhere,
  Xor: lowerXor,
  Dropout: lowerIdentity,
  Flatten: lowerReshape,
  Squeeze: lowerReshape,
  Unsqueeze: lowerReshape,
  Upsample: lowerResize,
  Gemm: lowerGemm,
  Relu: lowerRelu,
  'ai.onnx.ml.LinearClassifier': lowerLinearClassifier,
  'ai.onnx.ml.LinearRegressor': lowerLinearRegressor,
  'ai.onnx.ml.Normalizer': lowerNormalizer,
  'ai.onnx.ml.Scaler': lowerScaler,
  'ai.onnx.ml.TreeEnsembleClassifier': lowerTreeEnsembleClassifier,
  'ai.onnx.ml.TreeEnsembleRegressor': lowerTreeEnsembleRegressor,
  Elu: lowerElu,
  Erf: lowerErf,
  Exp: lowerExp,
  Gelu: lowerGelu,
  Log: lowerLog,
  LogSoftmax: lowerLogSoftmax,
  Pow: lowerPow,
  Reciprocal: lowerReciprocal,
  Selu: lowerSelu,
  Sigmoid: lowerSigmoid,
  Softmax: lowerSoftmax,
  Softplus: lowerSoftplus,
  Softsign: lowerSoftsign,
  Sqrt: lowerSqrt,
  Tanh: lowerTanh,
}

/** Operators that only move or clamp: what they give lies within the range that is read after them. */
export const keepsRange: ReadonlySet<string> = new Set([
  'Clip',
  'Dropout',
  'Flatten',
  'Identity',
  'Relu',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
])

/** Operators after which a value is asked for as before them: what they give has the scale that is worth preparing for. */
export const keepsScale: ReadonlySet<string> = new Set([...keepsRange, 'Add', 'Concat', 'Sub'])

/** How an input of the graph is given to the operators that read it. */
export type InputForm = 'narrow' | 'ordered' | 'fine'

/**
 * Operators for which an input of the graph takes another form than integers of few bits, where all that read it agree:
 * `ordered` integers, which compare as float32 does, or `fine` ones of 28 bits and more.
 */
export const inputForms: Readonly<Record<string, InputForm>> = {
  'ai.onnx.ml.LinearClassifier': 'fine',
  'ai.onnx.ml.LinearRegressor': 'fine',
  'ai.onnx.ml.TreeEnsembleClassifier': 'ordered',
  'ai.onnx.ml.TreeEnsembleRegressor': 'ordered',
}

/** Operators that take every form and give it on. */
export const keepsForm: ReadonlySet<string> = new Set(['ai.onnx.ml.Scaler', 'Identity'])

/** Operators that take parts of a value, each perhaps of a range of its own. */
export const selects: ReadonlySet<string> = new Set(['Gather', 'Slice', 'Split'])

/** Operators that move elements, and so need not change how finely they stand. */
export const moves: ReadonlySet<string> = new Set([
  ...selects,
  'Flatten',
  'Identity',
  'Reshape',
  'Squeeze',
  'Transpose',
  'Unsqueeze',
])
