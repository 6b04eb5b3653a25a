import { bytesPerElement, Dtype, elementCount, type Shape, type Tensor } from '../tensor.js'
import { asArray, asObject, asString } from './body.js'
import { datatypeOf, dtypeOf } from './datatype.js'
import { elementsFromJson, elementsToJson } from './elements.js'
import { ProtocolError } from './errors.js'

/** A tensor under the name that the graph gives it. */
export interface NamedTensor extends Tensor {
  readonly name: string
}

/** Of the tensors that ONNX Runtime knows none has more. */
const MAX_RANK = 64

/**
 * Reads the tensors of a request's `inputs` or a response's `outputs`.
 * @param binary - What stands behind the JSON; every byte of it must belong to one of them.
 * @throws ProtocolError
 */
export function readTensors(value: unknown, binary: Uint8Array, list: string): NamedTensor[] {
  let at = 0
  const names = new Set<string>()
  const tensors = asArray(value, `"${list}"`).map((entry, i) => {
    const what = `${list}[${i}]`
    const { tensor, taken } = readTensor(asObject(entry, what), binary.subarray(at), what)
    if (names.has(tensor.name)) throw new ProtocolError(`${what} is named like one before it.`)
    names.add(tensor.name)
    at += taken
    return tensor
  })
  if (at !== binary.length) {
    throw new ProtocolError(`${binary.length - at} bytes behind the JSON belong to no tensor.`)
  }
  return tensors
}

function readTensor(
  { name, shape, datatype, parameters, data }: Record<string, unknown>,
  binary: Uint8Array,
  what: string,
): { readonly tensor: NamedTensor; readonly taken: number } {
  const dtype = readDtype(datatype, what)
  const dimensions = readShape(shape, what)
  const count = elementCount(dimensions)
  const head = { name: asString(name, `The name of ${what}`), dtype, shape: dimensions }
  const size =
    parameters === undefined
      ? undefined
      : asObject(parameters, `The parameters of ${what}`).binary_data_size
  if (size === undefined) {
    if (data === undefined)
      throw new ProtocolError(`${what} has neither data nor binary_data_size.`)
    const rank = dimensions.length
    return { tensor: { ...head, data: elementsFromJson(data, { dtype, count, rank }) }, taken: 0 }
  }
  if (data !== undefined) throw new ProtocolError(`${what} has both data and binary_data_size.`)
  const want = count * bytesPerElement(dtype)
  if (size !== want) {
    throw new ProtocolError(
      `binary_data_size of ${what} is ${JSON.stringify(size)?.slice(0, 40)}, its shape needs ${want}.`,
    )
  }
  if (want > binary.length) {
    throw new ProtocolError(`${what} needs ${want} bytes, ${binary.length} are left of the body.`)
  }
  // A copy of its own: element types need their alignment, and nobody may hold on to the whole body.
  const bytes = new Uint8Array(binary.subarray(0, want))
  if (dtype === Dtype.bool && bytes.some((byte) => byte > 1)) {
    throw new ProtocolError(`${what} holds a BOOL that is neither 0 nor 1.`)
  }
  return { tensor: { ...head, data: bytes }, taken: want }
}

function readDtype(datatype: unknown, what: string): Dtype {
  const dtype = dtypeOf(asString(datatype, `The datatype of ${what}`))
  if (dtype === undefined) {
    throw new ProtocolError(
      `${what} has the datatype ${JSON.stringify(datatype).slice(0, 40)}, which no model here has.`,
    )
  }
  return dtype
}

function readShape(shape: unknown, what: string): Shape {
  const dimensions = asArray(shape, `The shape of ${what}`)
  const isShape =
    dimensions.length <= MAX_RANK &&
    dimensions.every((size) => Number.isSafeInteger(size) && (size as number) >= 0)
  if (!isShape || !Number.isSafeInteger(elementCount(dimensions as number[]) * 8)) {
    throw new ProtocolError(`The shape of ${what} is none: ${JSON.stringify(shape).slice(0, 60)}.`)
  }
  return dimensions as number[]
}

/** The entry of a tensor in the JSON, and its bytes where they travel behind it. */
export interface WrittenTensor {
  readonly json: string
  readonly binary?: Uint8Array
}

/** @throws ProtocolError for elements that JSON does not carry */
export function writeTensor(tensor: NamedTensor, asBinary: boolean): WrittenTensor {
  const { name, dtype, shape, data } = tensor
  const head = `"name":${JSON.stringify(name)},"shape":[${shape}],"datatype":"${datatypeOf(dtype)}"`
  if (!asBinary) return { json: `{${head},"data":${elementsToJson(tensor)}}` }
  return { json: `{${head},"parameters":{"binary_data_size":${data.length}}}`, binary: data }
}

/** Entries side by side, as a JSON array. */
export function joinTensors(written: readonly WrittenTensor[]): {
  readonly json: string
  readonly chunks: readonly Uint8Array[]
} {
  return {
    json: `[${written.map(({ json }) => json).join(',')}]`,
    chunks: written.flatMap(({ binary }) => (binary ? [binary] : [])),
  }
}
