import { type Dtype, isFloat, type Tensor } from '../tensor.js'
import { numbersOf } from './compile/numbers.js'
import { type Encoding, encodedInterval } from './encoding.js'
import { integerTensor, isIntegerDtype, toTensor } from './tensor.js'
import { orderedFeature, orderOfFloat } from './trees/feature.js'

/**
 * A tensor of reals as an exact model takes it through `inferTensors`: the nearest integers, within their bounds.
 * @param tensor - Of a float type; integers are what they are and pass unchanged.
 * @param dtype - Element type of the model's input.
 * @param encoding - Of that input: `model.encodings.inputs[i]`.
 * @example
 * const model = readModel(bytes)
 * const pixels = encodeTensor(image, model.inputs[0].dtype, model.encodings?.inputs[0])
 */
export function encodeTensor(tensor: Tensor, dtype: Dtype, encoding: Encoding | undefined): Tensor {
  if (!encoding || !isFloat(tensor.dtype) || !isIntegerDtype(dtype)) return tensor
  const reals = numbersOf(tensor)
  const { low, high } = encodedInterval(encoding)
  const toInteger =
    encoding.kind === 'ordered'
      ? orderOfFloat
      : (real: number) => Math.round(real / stepOf(encoding)) + Number(encoding.zero)
  const integers = reals.map((real) =>
    Math.min(Number(high), Math.max(Number(low), toInteger(real))),
  )
  return toTensor(integerTensor(dtype, tensor.shape, integers))
}

/**
 * The reals that an exact model's output stands for, as `infer` would give them.
 * @param encoding - Of that output: `model.encodings.outputs[i]`; without one the integers themselves.
 */
export function decodeTensor(tensor: Tensor, encoding: Encoding | undefined): Float64Array {
  const integers = numbersOf(tensor)
  if (!encoding) return integers
  if (encoding.kind === 'ordered') return integers.map((q) => orderedFeature.real(BigInt(q)))
  const step = stepOf(encoding)
  const zero = Number(encoding.zero)
  return integers.map((q) => (q - zero) * step)
}

function stepOf({ numerator, denominator }: Extract<Encoding, { kind: 'linear' }>): number {
  return Number(numerator) / Number(denominator)
}
