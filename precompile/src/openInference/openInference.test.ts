import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { bytesPerElement, Dtype, elementCount } from '../tensor.js'
import type { Body } from './body.js'
import { ProtocolError } from './errors.js'
import { decodeInferRequest, encodeInferRequest } from './request.js'
import { decodeInferResponse, encodeInferResponse } from './response.js'
import type { NamedTensor } from './tensors.js'

const json = (value: unknown): Body => ({
  bytes: Buffer.from(JSON.stringify(value)),
  headerLength: undefined,
})

function withBinary(value: unknown, binary: Uint8Array, off = 0): Body {
  const head = Buffer.from(JSON.stringify(value))
  return { bytes: Buffer.concat([head, binary]), headerLength: head.length + off }
}

/** The request of the examples of the binary tensor data extension, whose data is 1, 2, 3, 4 and three booleans. */
const example = {
  model_name: 'mymodel',
  inputs: [
    {
      name: 'input0',
      shape: [2, 2],
      datatype: 'UINT32',
      parameters: { binary_data_size: 16 },
    },
    { name: 'input1', shape: [3], datatype: 'BOOL', parameters: { binary_data_size: 3 } },
  ],
  outputs: [{ name: 'output0', parameters: { binary_data: true } }],
}
const exampleData = Uint8Array.of(1, 0, 0, 0, 2, 0, 0, 0, 3, 0, 0, 0, 4, 0, 0, 0, 1, 0, 1)
const exampleInputs = [
  { name: 'input0', dtype: Dtype.uint32, shape: [2, 2], data: exampleData.slice(0, 16) },
  { name: 'input1', dtype: Dtype.bool, shape: [3], data: exampleData.slice(16) },
]

describe('the examples of the specification', () => {
  test('a request in JSON', () => {
    const request = {
      id: '42',
      inputs: [
        { name: 'input0', shape: [2, 2], datatype: 'UINT32', data: [1, 2, 3, 4] },
        { name: 'input1', shape: [3], datatype: 'BOOL', data: [true, false, true] },
      ],
      outputs: [{ name: 'output0' }],
    }
    expect(decodeInferRequest(json(request))).toEqual({
      id: '42',
      inputs: exampleInputs,
      outputs: [{ name: 'output0', binary: false }],
      binaryOutputs: false,
    })
  })

  test('a request with binary tensors', () => {
    expect(decodeInferRequest(withBinary(example, exampleData))).toEqual({
      inputs: exampleInputs,
      outputs: [{ name: 'output0', binary: true }],
      binaryOutputs: false,
    })
  })

  test('responses, in JSON and with binary tensors', () => {
    const data = new Uint8Array(Float32Array.of(1, 1.1, 2, 2.1, 3, 3.1).buffer)
    const head = { name: 'output0', shape: [3, 2], datatype: 'FP32' }
    const output0 = { name: 'output0', dtype: Dtype.float32, shape: [3, 2], data }
    const outputs = [{ ...head, data: [1.0, 1.1, 2.0, 2.1, 3.0, 3.1] }]
    expect(decodeInferResponse(json({ id: '42', outputs }))).toEqual([output0])
    const binary = { outputs: [{ ...head, parameters: { binary_data_size: 24 } }] }
    expect(decodeInferResponse(withBinary(binary, data))).toEqual([output0])
  })

  test('data as nested as the tensor, or flat', () => {
    const nested = { name: 'x', shape: [2, 2], datatype: 'UINT32' }
    for (const data of [
      [
        [1, 2],
        [3, 4],
      ],
      [1, 2, 3, 4],
    ]) {
      const [input] = decodeInferRequest(json({ inputs: [{ ...nested, data }] })).inputs
      expect(input?.data).toEqual(exampleData.slice(0, 16))
    }
  })
})

const element = { min: 0, max: 255 }
const dtypes = Object.values(Dtype).filter((dtype) => dtype !== Dtype.bool)

/** Any tensor of any type; its elements are any bytes. */
const tensor = fc
  .tuple(fc.constantFrom(...dtypes), fc.array(fc.nat(4), { maxLength: 4 }), fc.string())
  .chain(([dtype, shape, name]) => {
    const length = elementCount(shape) * bytesPerElement(dtype)
    return fc
      .uint8Array({ ...element, minLength: length, maxLength: length })
      .map((data): NamedTensor => ({ name, dtype, shape, data: new Uint8Array(data) }))
  })
const tensors = fc.uniqueArray(tensor, { selector: ({ name }) => name, maxLength: 4 })

/** Integers that JSON numbers name exactly. */
const small = fc
  .tuple(
    fc.constantFrom(Dtype.int8, Dtype.uint8, Dtype.int32),
    fc.array(fc.integer({ min: 0, max: 100 })),
  )
  .map(([dtype, elements]): NamedTensor => {
    const width = bytesPerElement(dtype)
    const data = new Uint8Array(elements.length * width)
    elements.forEach((value, i) => {
      data[i * width] = value
    })
    return { name: 'x', dtype, shape: [elements.length], data }
  })

describe('encoding', () => {
  test('binary tensors come back byte for byte', () => {
    fc.assert(
      fc.property(tensors, (inputs) => {
        const decoded = decodeInferRequest(encodeInferRequest(inputs, true))
        expect(decoded).toEqual({ inputs, binaryOutputs: true })
        const outputs = inputs.map((input) => ({ ...input, binary: true }))
        expect(decodeInferResponse(encodeInferResponse({ model: 'm', outputs }))).toEqual(inputs)
      }),
    )
  })

  test('tensors in JSON come back byte for byte', () => {
    fc.assert(
      fc.property(small, (input) => {
        const { bytes, headerLength } = encodeInferRequest([input], false)
        expect(headerLength).toBeUndefined()
        expect(decodeInferRequest({ bytes, headerLength }).inputs).toEqual([input])
      }),
    )
  })

  test('integers in JSON are written to their last digit', () => {
    const data = new Uint8Array(BigInt64Array.of(-(2n ** 63n), 2n ** 53n + 1n).buffer)
    const input = { name: 'x', dtype: Dtype.int64, shape: [2], data }
    const text = Buffer.from(encodeInferRequest([input], false).bytes).toString()
    expect(text).toContain('[-9223372036854775808,9007199254740993]')
  })
})

const request = (input: object) => json({ inputs: [{ name: 'x', ...input }] })
const bytesOf = (binary_data_size: unknown, more = {}) => ({
  inputs: [{ name: 'x', shape: [2], datatype: 'INT8', parameters: { binary_data_size }, ...more }],
})
const two = Uint8Array.of(1, 2)

const hostile: Record<string, Body> = {
  'no JSON': { bytes: Buffer.from('{'), headerLength: undefined },
  'bytes that are no UTF-8': { bytes: Uint8Array.of(0x22, 0xff, 0x22), headerLength: undefined },
  'JSON that is no object': json([]),
  'no inputs': json({}),
  'an input that is no object': json({ inputs: [1] }),
  'two inputs of a name': json({
    inputs: [1, 2].map(() => ({ name: 'x', shape: [1], datatype: 'INT8', data: [1] })),
  }),
  'a datatype that no model has': request({ shape: [1], datatype: 'BYTES', data: ['a'] }),
  'a shape that is none': request({ shape: [-1], datatype: 'INT8', data: [1] }),
  'a shape of fractions': request({ shape: [1.5], datatype: 'INT8', data: [1] }),
  'a shape too large to count': request({ shape: [2 ** 40, 2 ** 40], datatype: 'INT8', data: [] }),
  'a shape that would fill the memory': withBinary(
    {
      inputs: [
        {
          name: 'x',
          shape: [2 ** 45],
          datatype: 'INT8',
          parameters: { binary_data_size: 2 ** 45 },
        },
      ],
    },
    two,
  ),
  'a shape of a thousand dimensions': request({
    shape: new Array(1000).fill(1),
    datatype: 'INT8',
    data: [1],
  }),
  'too few elements': request({ shape: [3], datatype: 'BOOL', data: [true] }),
  'elements nested too deep': request({ shape: [1], datatype: 'INT8', data: [[[1]]] }),
  'an element out of range': request({ shape: [1], datatype: 'UINT8', data: [256] }),
  'a fraction for an integer': request({ shape: [1], datatype: 'INT8', data: [0.5] }),
  'an integer that JSON does not carry': {
    bytes: Buffer.from(
      '{"inputs":[{"name":"x","shape":[1],"datatype":"INT64","data":[9007199254740993]}]}',
    ),
    headerLength: undefined,
  },
  'a float beyond its type': request({ shape: [1], datatype: 'FP32', data: [1e39] }),
  'text for a number': request({ shape: [1], datatype: 'FP32', data: ['1'] }),
  'a half float in JSON': request({ shape: [1], datatype: 'FP16', data: [1] }),
  'data and a size of bytes': withBinary(bytesOf(2, { data: [1, 2] }), two),
  'neither data nor bytes': request({ shape: [1], datatype: 'INT8' }),
  'a size that is not the shape’s': withBinary(bytesOf(1), two),
  'a size that is no number': withBinary(bytesOf('2'), two),
  'fewer bytes than it says': withBinary(bytesOf(2), two.slice(1)),
  'bytes of no tensor': withBinary(bytesOf(2), Uint8Array.of(1, 2, 3)),
  'a header longer than the body': withBinary(bytesOf(2), two, 100),
  'a header that ends in the data': withBinary(bytesOf(2), two, 1),
  'a BOOL that is neither': withBinary(bytesOf(2, { datatype: 'BOOL' }), two),
  'parameters of an output that ask for another answer': json({
    inputs: [],
    outputs: [{ name: 'y', parameters: { classification: 2 } }],
  }),
}

describe('hostile bodies', () => {
  test.each(Object.entries(hostile))('error: %s', (_, body) => {
    expect(() => decodeInferRequest(body)).toThrow(ProtocolError)
  })

  test('behavior: a body that was damaged anywhere is read or refused, never more', () => {
    const { bytes, headerLength } = withBinary(example, exampleData)
    fc.assert(
      fc.property(fc.nat(bytes.length - 1), fc.nat(255), fc.nat(300), (at, value, length) => {
        const damaged = Uint8Array.from(bytes)
        damaged[at] = value
        for (const header of [headerLength, length, undefined]) {
          try {
            decodeInferRequest({ bytes: damaged, headerLength: header })
          } catch (error) {
            expect(error).toBeInstanceOf(ProtocolError)
          }
        }
      }),
      { numRuns: 500 },
    )
  })
})
