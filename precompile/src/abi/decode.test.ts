import fc from 'fast-check'
import {
  bytesToHex,
  decodeFunctionData,
  encodeFunctionData,
  type Hex,
  hexToBytes,
  toHex,
} from 'viem'
import { describe, expect, test } from 'vitest'
import { decodeRequest, type InferenceRequest, readShape } from './decode.js'
import { inferenceAbi } from './interface.js'
import { InferenceRevert } from './revert.js'

const RUNS = { numRuns: 1_000, seed: 5 }
const MODEL: Hex = `0x${'ab'.repeat(32)}`

const model = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => bytesToHex(bytes))
const int256 = fc.oneof(
  fc.bigInt(-(2n ** 255n), 2n ** 255n - 1n),
  fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
)
const shape = fc.array(fc.integer({ min: 0, max: 0xffffffff }), { maxLength: 6 })
const tensor = fc.record({
  dtype: fc.integer({ min: 0, max: 255 }),
  shape,
  data: fc.uint8Array({ maxLength: 100 }).map((bytes) => bytesToHex(bytes)),
})

/** Any call, as viem encodes it. */
const calldata: fc.Arbitrary<Hex> = fc.oneof(
  fc
    .tuple(model, fc.array(int256, { maxLength: 20 }))
    .map((args) => encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args })),
  fc
    .tuple(model, fc.array(tensor, { maxLength: 5 }))
    .map((args) => encodeFunctionData({ abi: inferenceAbi, functionName: 'inferTensors', args })),
  fc
    .tuple(model, fc.array(shape, { maxLength: 5 }))
    .map((args) => encodeFunctionData({ abi: inferenceAbi, functionName: 'quote', args })),
  fc
    .tuple(model)
    .map((args) => encodeFunctionData({ abi: inferenceAbi, functionName: 'describe', args })),
  fc
    .tuple(model)
    .map((args) => encodeFunctionData({ abi: inferenceAbi, functionName: 'admit', args })),
)

/** A decoded request with every span read, in the form that viem's decoder gives. */
function readAll(bytes: Uint8Array, request: InferenceRequest): unknown {
  const words = ({ offset, length }: { offset: number; length: number }) =>
    Array.from({ length }, (_, i) => {
      const at = offset + i * 32
      return BigInt.asIntN(256, BigInt(bytesToHex(bytes.subarray(at, at + 32))))
    })
  switch (request.method) {
    case 'infer':
      return { functionName: 'infer', args: [request.model, words(request.x)] }
    case 'quote':
      return {
        functionName: 'quote',
        args: [request.model, request.shapes.map((span) => readShape(bytes, span))],
      }
    case 'inferTensors':
      return {
        functionName: 'inferTensors',
        args: [
          request.model,
          request.inputs.map(({ dtype, shape, data }) => ({
            dtype,
            shape: readShape(bytes, shape),
            data: bytesToHex(data),
          })),
        ],
      }
    default:
      return { functionName: request.method, args: [request.model] }
  }
}

function attempt<T>(work: () => T): T | InferenceRevert {
  try {
    return work()
  } catch (error) {
    if (error instanceof InferenceRevert) return error
    throw error
  }
}

/** Some bytes changed, cut off, inserted or pointed elsewhere. */
const mutated = fc
  .tuple(
    calldata,
    fc.array(
      fc.record({
        at: fc.nat(),
        kind: fc.constantFrom('byte', 'word', 'cut', 'extend', 'insert'),
        value: fc.nat(2 ** 31 - 1),
      }),
      { minLength: 1, maxLength: 4 },
    ),
  )
  .map(([hex, mutations]) => {
    let bytes = hexToBytes(hex)
    for (const { at, kind, value } of mutations) {
      const words = Math.floor((bytes.length - 4) / 32)
      const place = bytes.length > 4 ? 4 + (at % (bytes.length - 4)) : 0
      if (kind === 'byte') bytes[place] = value
      if (kind === 'word' && words > 0) {
        bytes.set(hexToBytes(toHex(value % 600, { size: 32 })), 4 + 32 * (at % words))
      }
      if (kind === 'cut') bytes = bytes.slice(0, place)
      if (kind === 'extend') bytes = Uint8Array.from([...bytes, ...new Uint8Array(value % 64)])
      if (kind === 'insert') {
        bytes = Uint8Array.from([
          ...bytes.subarray(0, place),
          ...new Uint8Array(32),
          ...bytes.subarray(place),
        ])
      }
    }
    return bytes
  })

describe('decodeRequest', () => {
  test('reads whatever viem writes', () => {
    fc.assert(
      fc.property(calldata, (hex) => {
        const bytes = hexToBytes(hex)
        const expected = decodeFunctionData({ abi: inferenceAbi, data: hex })
        expect(readAll(bytes, decodeRequest(bytes))).toEqual(expected)
      }),
      RUNS,
    )
  })

  test('agrees with viem on every mutated call that it accepts, and refuses the others by name', () => {
    fc.assert(
      fc.property(mutated, (bytes) => {
        const request = attempt(() => readAll(bytes, decodeRequest(bytes)))
        if (request instanceof InferenceRevert) {
          expect(['MalformedCalldata', 'UnknownSelector']).toContain(request.errorName)
          return
        }
        // viem bounds how often one place is read; it agrees wherever it gives an answer.
        let expected: unknown
        try {
          expected = decodeFunctionData({ abi: inferenceAbi, data: bytesToHex(bytes) })
        } catch {
          return
        }
        expect(request).toEqual(expected)
      }),
      { ...RUNS, numRuns: 5_000 },
    )
  })

  test('answers arbitrary bytes behind a selector without any other error', () => {
    const selectors = ['infer', 'inferTensors', 'quote', 'describe', 'admit'] as const
    const starts = selectors.map((functionName) =>
      hexToBytes(
        encodeFunctionData({
          abi: inferenceAbi,
          functionName,
          args: (functionName === 'describe' || functionName === 'admit'
            ? [MODEL]
            : [MODEL, []]) as never,
        }),
      ).subarray(0, 4),
    )
    fc.assert(
      fc.property(fc.constantFrom(...starts), fc.uint8Array({ maxLength: 400 }), (start, rest) => {
        attempt(() => decodeRequest(Uint8Array.from([...start, ...rest])))
      }),
      { ...RUNS, numRuns: 5_000 },
    )
  })

  test('accepts tails in any order and place', () => {
    const word = (value: number) => toHex(value, { size: 32 }).slice(2)
    const selector = encodeFunctionData({
      abi: inferenceAbi,
      functionName: 'infer',
      args: [MODEL, []],
    }).slice(0, 10)
    const data = hexToBytes(
      `${selector}${MODEL.slice(2)}${word(96)}${'ff'.repeat(32)}${word(1)}${word(7)}` as Hex,
    )
    expect(decodeRequest(data)).toEqual({
      method: 'infer',
      model: MODEL,
      x: { offset: 4 + 128, length: 1 },
    })
  })

  test('error: bytes above a uint8 or uint32', () => {
    const bytes = hexToBytes(
      encodeFunctionData({
        abi: inferenceAbi,
        functionName: 'inferTensors',
        args: [MODEL, [{ dtype: 1, shape: [2], data: '0x0000' }]],
      }),
    )
    const tensorAt = 4 + 32 * 4
    const dtype = Uint8Array.from(bytes)
    dtype[tensorAt + 30] = 1
    expect(attempt(() => decodeRequest(dtype))).toMatchObject({ errorName: 'MalformedCalldata' })
    const dimension = Uint8Array.from(bytes)
    dimension[tensorAt + 32 * 4 + 27] = 1
    const request = decodeRequest(dimension)
    if (request.method !== 'inferTensors') throw new Error('another method was read')
    const span = request.inputs[0]?.shape
    expect(attempt(() => span && readShape(dimension, span))).toMatchObject({
      errorName: 'MalformedCalldata',
    })
  })

  test('error: lengths and offsets that would wrap around', () => {
    const bytes = hexToBytes(
      encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args: [MODEL, [1n, 2n]] }),
    )
    for (const [word, value] of [
      [1, 2n ** 256n - 32n],
      [1, 2n ** 64n],
      [2, 2n ** 251n],
      [2, 2n ** 59n + 2n],
      [2, 3n],
    ] as const) {
      const broken = Uint8Array.from(bytes)
      broken.set(hexToBytes(toHex(value, { size: 32 })), 4 + 32 * word)
      expect(attempt(() => decodeRequest(broken))).toMatchObject({
        errorName: 'MalformedCalldata',
      })
    }
  })

  test('error: selectors of no function', () => {
    expect(attempt(() => decodeRequest(hexToBytes('0xdeadbeef')))).toMatchObject({
      errorName: 'UnknownSelector',
    })
    expect(attempt(() => decodeRequest(new Uint8Array(3)))).toMatchObject({
      errorName: 'MalformedCalldata',
    })
  })

  test('reads many offsets to one tensor without reading the tensor again', () => {
    const count = 200_000
    const head = 4 + 32 * 3
    const bytes = new Uint8Array(head + 32 * count + 32 * 6)
    bytes.set(
      hexToBytes(
        encodeFunctionData({ abi: inferenceAbi, functionName: 'inferTensors', args: [MODEL, []] }),
      ),
    )
    const view = new DataView(bytes.buffer)
    view.setUint32(head - 4, count)
    for (let i = 0; i < count; i++) view.setUint32(head + i * 32 + 28, 32 * count)
    const tensorAt = head + 32 * count
    view.setUint32(tensorAt + 32 + 28, 96)
    view.setUint32(tensorAt + 64 + 28, 128)
    const request = decodeRequest(bytes)
    expect(request.method === 'inferTensors' && request.inputs.length).toBe(count)
  })
})
