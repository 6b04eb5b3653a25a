import { lowerAdd } from '../operators/add.js'
import { lowerGemm } from '../operators/gemm.js'
import { lowerRelu } from '../operators/relu.js'
import type { Lowering } from './lowering.js'

/** How each operator of a float graph becomes integers, by its ONNX name. */
export const lowerings: Readonly<Record<string, Lowering>> = {
  Add: lowerAdd,
  Gemm: lowerGemm,
  Relu: lowerRelu,
}

/** Operators after which a value is asked for as before them: what they give has the scale that is worth preparing for. */
export const keepsScale: ReadonlySet<string> = new Set([
  'Add',
  'Clip',
  'Dropout',
  'Flatten',
  'Identity',
  'Relu',
  'Reshape',
  'Squeeze',
  'Sub',
  'Transpose',
  'Unsqueeze',
])
