import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { createInferencePrecompile } from '../createInferencePrecompile.js'
import { createWasmEngine } from '../engines/wasm.js'
import { ENCODING_KEY, type Encoding, writeEncodings } from '../exact/encoding.js'
import { InvalidEncodingError, NotExactError } from '../exact/errors.js'
import { readModel } from '../model/index.js'
import type { InferencePrecompile } from '../precompile.js'
import { createMemoryStore } from '../store/memory.js'
import { Dtype } from '../tensor.js'
import { decode, encode, int32, PLENTY, revertOf, travelling, WAD } from '../testing/calls.js'
import { node, onnx, value, weight } from '../testing/onnx.js'

const halves = (low: bigint, high: bigint): Encoding => ({
  kind: 'linear',
  numerator: 1n,
  denominator: 2n,
  zero: 0n,
  low,
  high,
})

/** y = x + 10 in steps of a half: 10 stands for 5. */
function shifted(metadata: readonly { key: string; value: string }[]): Uint8Array {
  const graph = {
    nodes: [node('Add', ['x', 'ten'], ['y'])],
    inputs: [value('x', Dtype.int32, [2])],
    outputs: [value('y', Dtype.int32, [2])],
    weights: [weight('ten', Dtype.int32, [], Int32Array.of(10))],
  }
  return onnx(graph, { metadata })
}
const encodings = { inputs: [halves(-100n, 100n)], outputs: [halves(-90n, 110n)] }
const model = shifted([writeEncodings(encodings)])

const store = createMemoryStore()
let precompile: InferencePrecompile
beforeAll(() => {
  precompile = createInferencePrecompile({ store, engine: createWasmEngine({ threads: 1 }) })
})
afterAll(() => precompile.close())

describe('an exact model with encodings', () => {
  test('takes and gives 18 decimals through infer', async () => {
    const id = await store.put(model)
    const infer = async (...x: bigint[]) =>
      decode('infer', await precompile.call(encode('infer', id, x), PLENTY))
    expect(await infer(WAD, -WAD / 2n)).toEqual([6n * WAD, (9n * WAD) / 2n])
    // A quarter is a tie between two halves: the even one. What lies beyond the bounds is taken for the bound.
    expect(await infer((3n * WAD) / 4n, WAD / 4n)).toEqual([6n * WAD, 5n * WAD])
    expect(await infer(51n * WAD, -(2n ** 255n))).toEqual([55n * WAD, -45n * WAD])
  })

  test('takes its own integers through inferTensors, within the bounds', async () => {
    const id = await store.put(model)
    const run = (...x: number[]) =>
      precompile.call(encode('inferTensors', id, [travelling(int32(...x))]), PLENTY)
    expect(decode('inferTensors', await run(-100, 100))).toEqual([travelling(int32(-90, 110))])
    expect(revertOf(await run(0, 101))).toEqual({ errorName: 'ValueOutOfRange', args: [0n, 1n] })
    expect(revertOf(await run(-101, 0))).toEqual({ errorName: 'ValueOutOfRange', args: [0n, 0n] })
  })
})

describe('metadata that somebody made up', () => {
  const entry = (change: (json: Record<string, unknown>) => unknown) => {
    const json = JSON.parse(writeEncodings(encodings).value) as Record<string, unknown>
    return [{ key: ENCODING_KEY, value: JSON.stringify(change(json)) }]
  }
  const input = (fields: object) => (json: Record<string, unknown>) => ({
    ...json,
    inputs: [{ ...(json.inputs as object[])[0], ...fields }],
  })

  test.each([
    ['is no JSON', [{ key: ENCODING_KEY, value: '{' }]],
    ['is a list', [{ key: ENCODING_KEY, value: '[]' }]],
    ['occurs twice', [writeEncodings(encodings), writeEncodings(encodings)]],
    ['has another version', entry((json) => ({ ...json, version: 2 }))],
    ['lists too few', entry((json) => ({ ...json, inputs: [] }))],
    ['has an unknown kind', entry(input({ kind: 'cubic' }))],
    ['is ordered with numbers of another type', entry(input({ kind: 'linear', zero: 3 }))],
    ['divides by zero', entry(input({ scale: ['1', '0'] }))],
    ['has a negative scale', entry(input({ scale: ['-1', '2'] }))],
    ['has endless digits', entry(input({ zero: '1'.repeat(41) }))],
    ['has a zero beyond any integer', entry(input({ zero: String(2n ** 63n) }))],
    ['has a scale that is no number', entry(input({ scale: ['1e9', '1'] }))],
    ['has crossed bounds', entry(input({ low: '5', high: '4' }))],
    ['has bounds beyond the type', entry(input({ high: '2147483648' }))],
  ])('that %s is refused', (_, metadata) => {
    expect(() => readModel(shifted(metadata))).toThrow(InvalidEncodingError)
  })

  test('that claims bounds which the graph leaves is refused', () => {
    const wide = { ...encodings, outputs: [halves(-90n, 109n)] }
    expect(() => readModel(shifted([writeEncodings(wide)]))).toThrow(NotExactError)
    const overflow = { inputs: [halves(0n, 2n ** 31n - 1n)], outputs: [undefined] }
    expect(() => readModel(shifted([writeEncodings(overflow)]))).toThrow(/beyond int32/)
  })
})
