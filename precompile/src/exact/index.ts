export * from './compile/index.js'
export {
  describeEncodings,
  ENCODING_KEY,
  type Encoding,
  type EncodingDescription,
  type Encodings,
  type EncodingsDescription,
  parseEncoding,
} from './encoding.js'
export { InvalidEncodingError, NotExactError } from './errors.js'
export type { ExactConstant, ExactGraph, ExactSlot } from './graph.js'
export { exactOperators } from './operators/index.js'
export type { ExactOperator } from './operators/operator.js'
export { readExactGraph } from './read.js'
export { decodeTensor, encodeTensor } from './reals.js'
export { evaluateExact } from './reference.js'
export type { IntegerDtype, IntegerTensor } from './tensor.js'
