import { type EncodedTensor, readShape, type WordSpan } from '../abi/decode.js'
import { elementsFromWords } from '../abi/elements.js'
import {
  dataLengthMismatch,
  dtypeMismatch,
  inputCountMismatch,
  shapeMismatch,
  useInferTensors,
  valueOutOfRange,
} from '../abi/revert.js'
import { type Encoding, encodedInterval } from '../exact/encoding.js'
import { fromTensor } from '../exact/tensor.js'
import type { Model, ValueInfo } from '../model/model.js'
import { bytesPerElement, Dtype, elementCount, type Shape, type Tensor } from '../tensor.js'

const FREE = -1

/** Elements, and what they are said to be. */
type TypedBytes = Pick<EncodedTensor, 'dtype' | 'data'>

/** Whether `infer` takes the model: it has one input, one output and at most one free dimension. */
export function takesNumbers({ inputs, outputs }: Model): boolean {
  const [input] = inputs
  const free = input?.shape.filter((dimension) => dimension === FREE).length ?? 0
  return inputs.length === 1 && outputs.length === 1 && free <= 1
}

/**
 * The shape that `x.length` numbers give the one input of a model.
 * @throws InferenceRevert `UseInferTensors` or `ShapeMismatch`
 */
export function inferShape(model: Model, length: number): Shape {
  const [input] = model.inputs
  if (!input || !takesNumbers(model)) throw useInferTensors(model.id)
  const free = input.shape.includes(FREE)
  const fixed = elementCount(input.shape.filter((dimension) => dimension !== FREE))
  const closed = free ? length / fixed : FREE
  const shape = input.shape.map((dimension) => (dimension === FREE ? closed : dimension))
  if (free ? !Number.isInteger(closed) : length !== fixed) {
    throw shapeMismatch(0, input.shape, [length])
  }
  return shape
}

/**
 * The one input of `infer` as a tensor.
 * @throws InferenceRevert `ValueOutOfRange`
 */
export function inferInput(model: Model, shape: Shape, calldata: Uint8Array, x: WordSpan): Tensor {
  const { dtype } = model.inputs[0] as ValueInfo
  const encoding = model.encodings?.inputs[0]
  const data = elementsFromWords(dtype, calldata, x.offset, x.length, encoding)
  if (!(data instanceof Uint8Array)) throw valueOutOfRange(0, data.index)
  return { dtype, shape, data }
}

/**
 * The shapes that a call gives, each checked against the declared input before it is read.
 * @throws InferenceRevert `InputCountMismatch`, `ShapeMismatch` or `MalformedCalldata`
 */
export function declaredShapes(
  model: Model,
  calldata: Uint8Array,
  spans: readonly WordSpan[],
): Shape[] {
  if (spans.length !== model.inputs.length) {
    throw inputCountMismatch(model.inputs.length, spans.length)
  }
  return model.inputs.map((_, i) => {
    const shape = readShape(calldata, spans[i] as WordSpan)
    checkShape(model, i, shape)
    return shape
  })
}

/** @throws InferenceRevert `ShapeMismatch` for a shape that disagrees with the declared input */
export function checkShape(model: Model, input: number, got: Shape): void {
  const want = model.inputs[input]?.shape ?? []
  const fits = got.length === want.length && want.every((d, axis) => d === FREE || d === got[axis])
  if (!fits) throw shapeMismatch(input, want, got)
}

/**
 * The shapes to price: those of `inferTensors`, or a flat `[[n]]`, which stands for an `infer` on `n` values whatever
 * the input's rank, because the Solidity library knows only `x.length`.
 * @throws InferenceRevert as `declaredShapes` and `inferShape`
 */
export function quotedShapes(
  model: Model,
  calldata: Uint8Array,
  spans: readonly WordSpan[],
): Shape[] {
  const [span] = spans
  const flat = spans.length === 1 && span?.length === 1 ? span : undefined
  if (!flat || model.inputs[0]?.shape.length === 1) return declaredShapes(model, calldata, spans)
  return [inferShape(model, readShape(calldata, flat)[0] as number)]
}

/**
 * Checks dtypes and lengths of the tensors of `inferTensors`, in constant time for each.
 * @throws InferenceRevert `DtypeMismatch` or `DataLengthMismatch`
 */
export function checkTensors(
  model: Model,
  shapes: readonly Shape[],
  tensors: readonly TypedBytes[],
): void {
  model.inputs.forEach(({ dtype }, i) => {
    const { dtype: got, data } = tensors[i] as TypedBytes
    if (got !== dtype) throw dtypeMismatch(i, dtype, got)
    const shape = shapes[i] as Shape
    if (data.length !== elementCount(shape) * bytesPerElement(dtype)) {
      const elements = shape.reduce((product, dimension) => product * BigInt(dimension), 1n)
      throw dataLengthMismatch(i, elements * BigInt(bytesPerElement(dtype)), data.length)
    }
  })
}

/**
 * The inputs of `inferTensors`, copied out of calldata.
 * @throws InferenceRevert `ValueOutOfRange` for a bool that is neither 0 nor 1, on which engines differ, and for an
 * integer beyond the bounds that an exact model's proof relies on
 */
export function tensorInputs(
  model: Model,
  shapes: readonly Shape[],
  tensors: readonly TypedBytes[],
): Tensor[] {
  return model.inputs.map(({ dtype }, i) => {
    const data = new Uint8Array((tensors[i] as TypedBytes).data)
    const index = firstOutside(dtype, data, model.encodings?.inputs[i])
    if (index !== -1) throw valueOutOfRange(i, index)
    return { dtype, shape: shapes[i] as Shape, data }
  })
}

/** @returns the index of the first element that a model must not be given, or −1. */
function firstOutside(dtype: Dtype, data: Uint8Array, encoding: Encoding | undefined): number {
  if (dtype === Dtype.bool) return data.findIndex((value) => value > 1)
  if (!encoding) return -1
  const { low, high } = encodedInterval(encoding)
  let index = 0
  for (const element of fromTensor({ dtype, shape: [], data }).data) {
    if (element < low || element > high) return index
    index++
  }
  return -1
}
