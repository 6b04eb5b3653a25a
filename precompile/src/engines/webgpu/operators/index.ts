import { argMax, argMin } from './argument.js'
import { abs, add, div, max, min, mul, neg, sub } from './arithmetic.js'
import { clip } from './clip.js'
import { concat } from './concat.js'
import { convInteger } from './convInteger.js'
import { gather, gatherElements, gatherNd } from './gather.js'
import {
  and,
  cast,
  equal,
  greater,
  greaterOrEqual,
  less,
  lessOrEqual,
  not,
  or,
  where,
  xor,
} from './logic.js'
import type { Lowering } from './lowering.js'
import { matMul } from './matMul.js'
import { matMulInteger } from './matMulInteger.js'
import { maxPool } from './maxPool.js'
import { expand, reshape, slice, split, tile, transpose } from './moving.js'
import { pad } from './pad.js'
import { reduceMax, reduceMin, reduceSum } from './reduce.js'

/** Every exact operator, by its ONNX name. */
export const lowerings: Readonly<Record<string, Lowering>> = {
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
  Flatten: reshape,
  Gather: gather,
  GatherElements: gatherElements,
  GatherND: gatherNd,
  Greater: greater,
  GreaterOrEqual: greaterOrEqual,
  Identity: reshape,
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
  Squeeze: reshape,
  Sub: sub,
  Tile: tile,
  Transpose: transpose,
  Unsqueeze: reshape,
  Where: where,
  Xor: xor,
}
