import { abs } from './abs.js'
import { add } from './add.js'
import { and } from './and.js'
import { argMax } from './argMax.js'
import { argMin } from './argMin.js'
import { cast } from './cast.js'
import { clip } from './clip.js'
import { concat } from './concat.js'
import { convInteger } from './convInteger.js'
import { div } from './div.js'
import { equal } from './equal.js'
import { expand } from './expand.js'
import { flatten } from './flatten.js'
import { gather } from './gather.js'
import { gatherElements } from './gatherElements.js'
import { gatherNd } from './gatherNd.js'
import { greater } from './greater.js'
import { greaterOrEqual } from './greaterOrEqual.js'
import { identity } from './identity.js'
import { less } from './less.js'
import { lessOrEqual } from './lessOrEqual.js'
import { matMul } from './matMul.js'
import { matMulInteger } from './matMulInteger.js'
import { max } from './max.js'
import { maxPool } from './maxPool.js'
import { min } from './min.js'
import { mul } from './mul.js'
import { neg } from './neg.js'
import { not } from './not.js'
import type { ExactOperator } from './operator.js'
import { or } from './or.js'
import { pad } from './pad.js'
import { reduceMax } from './reduceMax.js'
import { reduceMin } from './reduceMin.js'
import { reduceSum } from './reduceSum.js'
import { reshape } from './reshape.js'
import { slice } from './slice.js'
import { split } from './split.js'
import { squeeze } from './squeeze.js'
import { sub } from './sub.js'
import { tile } from './tile.js'
import { transpose } from './transpose.js'
import { unsqueeze } from './unsqueeze.js'
import { where } from './where.js'
import { xor } from './xor.js'

/** Every exact operator by its ONNX name. */
export const exactOperators: Readonly<Record<string, ExactOperator>> = {
  Abs: abs,
  Add: add,
  And: and,
  ArgMax: argMax,
  ArgMin: argMin,
  Cast: cast,
  Clip: clip,
  Concat: concat,
  ConvInteger: convInteger,
  Div: div,
  Equal: equal,
  Expand: expand,
  Flatten: flatten,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  Greater: greater,
  GreaterOrEqual: greaterOrEqual,
  Identity: identity,
  Less: less,
  LessOrEqual: lessOrEqual,
  MatMul: matMul,
  MatMulInteger: matMulInteger,
  Max: max,
  MaxPool: maxPool,
  Min: min,
  Mul: mul,
  Neg: neg,
  Not: not,
  Or: or,
  Pad: pad,
  ReduceMax: reduceMax,
  ReduceMin: reduceMin,
  ReduceSum: reduceSum,
  Reshape: reshape,
  Slice: slice,
  Split: split,
  Squeeze: squeeze,
  Sub: sub,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: unsqueeze,
  Where: where,
  Xor: xor,
}
