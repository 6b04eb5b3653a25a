import { spawnSync } from 'node:child_process'
import { createRequire } from 'node:module'
import { isDeepStrictEqual } from 'node:util'
import { describe, expect, test } from 'vitest'
import { readModel } from '../../model/index.js'
import { Dtype, type Tensor } from '../../tensor.js'
import { runBareNative } from '../../testing/bareNative.js'
import { runBare } from '../../testing/bareRuntime.js'
import { float32, int32, int64 } from '../../testing/calls.js'
import { type Attributes, binary, node, onnx, value, weight } from '../../testing/onnx.js'
import { writeKnownModel } from '../knownAnswers/model.js'

/** Where native code is known to be wrong. The class keeps it out; here is what it would have said. */

const { bool, float32: f32, int32: i32, int64: i64, int8, uint8 } = Dtype

/** Equal above, and below the other way round when the low halves are taken for signed. */
const [SMALL, LARGE] = [0x1_0000_0001n, 0x1_8000_0001n]

function single(operator: string, from: Dtype, to: Dtype, attributes: Attributes = {}): Uint8Array {
  return onnx({
    nodes: [node(operator, ['x'], ['y'], attributes)],
    inputs: [value('x', from, [2])],
    outputs: [value('y', to, operator.startsWith('Reduce') ? [1] : [2])],
  })
}

/** A binary node on two inputs of length 1. */
function pair(operator: string, dtype: Dtype): Uint8Array {
  return binary(operator, dtype)
}

const classOf = (bytes: Uint8Array) => readModel(bytes).class
const isX64 = process.arch === 'x64'

describe('native int64 that compares halves of a number', () => {
  /** Two elements fill a register of 128 bits; one alone takes another way, on which nothing is wrong. */
  const neighbours = [int64(SMALL, LARGE), int64(LARGE, SMALL)]

  test.each([
    ['Max', LARGE],
    ['Min', SMALL],
  ] as const)('the canonical engine gives the right %s', async (operator, want) => {
    expect(await runBare(pair(operator, i64), neighbours)).toEqual([int64(want, want)])
  })

  test.each(['Max', 'Min'])(
    'known answers tell whether %s is wrong on this CPU',
    async (operator) => {
      const differs = async (bytes: Uint8Array, inputs: readonly Tensor[]) => {
        const [wasm, native] = [await runBare(bytes, inputs), await runBareNative(bytes, inputs)]
        return !isDeepStrictEqual(wasm, native)
      }
      const operand = { dtype: i64, shape: [67] }
      const known = writeKnownModel(operator, [{ operands: [operand, { ...operand, like: 0 }] }])
      const isWrongHere = await differs(pair(operator, i64), neighbours)
      expect(await differs(known.bytes, known.inputs)).toBe(isWrongHere)
    },
  )

  test.each(['Max', 'Min'])('so %s of int64 is pinned, whatever this CPU does', (operator) => {
    const bytes = onnx({
      nodes: [node(operator, ['a', 'b'], ['y'])],
      inputs: [value('a', i64, [1]), value('b', i64, [1])],
      outputs: [value('y', i64, [1])],
    })
    expect(classOf(bytes)).toBe('pinned')
  })

  test.each(['ReduceMax', 'ReduceMin', 'Sign', 'Clip'])(
    'so %s of int64 is pinned, whatever this CPU does',
    (operator) => {
      expect(classOf(single(operator, i64, i64))).toBe('pinned')
    },
  )

  test.each([
    ['Less', SMALL],
    ['Greater', LARGE],
  ] as const)('%s and Where are right, so they are exact', async (operator, want) => {
    const bytes = onnx({
      nodes: [node(operator, ['a', 'b'], ['l']), node('Where', ['l', 'a', 'b'], ['y'])],
      inputs: [value('a', i64, [2]), value('b', i64, [2])],
      outputs: [value('y', i64, [2])],
    })
    const inputs = [int64(SMALL, LARGE), int64(LARGE, SMALL)]
    expect(classOf(bytes)).toBe('exact')
    expect(await runBareNative(bytes, inputs)).toEqual([int64(want, want)])
  })
})

describe('native products of uint8 and int8', () => {
  const length = 64
  const product = (left: Dtype, right: Dtype) =>
    onnx({
      nodes: [node('MatMulInteger', ['a', 'b'], ['y'])],
      inputs: [value('a', left, [1, length])],
      outputs: [value('y', i32, [1, 1])],
      weights: [weight('b', right, [length, 1], new Uint8Array(length).fill(127))],
    })
  const convolution = (left: Dtype, right: Dtype) =>
    onnx({
      nodes: [node('ConvInteger', ['a', 'b'], ['y'])],
      inputs: [value('a', left, [1, length, 1])],
      outputs: [value('y', i32, [1, 1, 1])],
      weights: [weight('b', right, [1, length, 1], new Uint8Array(length).fill(127))],
    })

  test.each([
    ['MatMulInteger of uint8 and int8', product(uint8, int8)],
    ['MatMulInteger of int8 and uint8', product(int8, uint8)],
    ['ConvInteger of int8 and uint8', convolution(int8, uint8)],
  ])('%s saturates on CPUs with AVX2 and without VNNI, so it is pinned', (_, bytes) => {
    expect(classOf(bytes)).toBe('pinned')
  })

  test('MatMulInteger of uint8 and uint8 is right at the largest sums, so it is exact', async () => {
    const a: Tensor = { dtype: uint8, shape: [1, length], data: new Uint8Array(length).fill(255) }
    expect(classOf(product(uint8, uint8))).toBe('exact')
    const want = [{ ...int32(length * 255 * 127), shape: [1, 1] }]
    expect(await runBareNative(product(uint8, uint8), [a])).toEqual(want)
  })

  test.each([
    ['uint8 and uint8', uint8, uint8, 255],
    ['uint8 and int8', uint8, int8, 255],
    ['int8 and int8', int8, int8, -128],
  ] as const)('ConvInteger of %s is right at the largest sums, so it is exact', async (...row) => {
    const [, left, right, extreme] = row
    const data = new Uint8Array(length).fill(extreme)
    const bytes = convolution(left, right)
    expect(classOf(bytes)).toBe('exact')
    const want = [{ ...int32(length * extreme * 127), shape: [1, 1, 1] }]
    const input = { dtype: left, shape: [1, length, 1], data }
    expect(await runBareNative(bytes, [input])).toEqual(want)
  })
})

describe('operators whose engines differ', () => {
  test('Pow of integers beyond 2^53', async () => {
    const inputs = [int64(3n), int64(39n)]
    const exact = 3n ** 39n
    const answers = [
      await runBare(pair('Pow', i64), inputs),
      await runBareNative(pair('Pow', i64), inputs),
    ]
    expect(answers).not.toContainEqual([int64(exact)])
    expect(classOf(single('Neg', i64, i64))).toBe('pinned')
    const bytes = onnx({
      nodes: [node('Pow', ['a', 'b'], ['y'])],
      inputs: [value('a', i64, [1]), value('b', i64, [1])],
      outputs: [value('y', i64, [1])],
    })
    expect(classOf(bytes)).toBe('pinned')
  })

  test('casts out of range', async () => {
    const fromFloat = single('Cast', f32, i32, { to: BigInt(i32) })
    const inputs = [float32([2], [3e9, -3e9])]
    const [wasm, native] = [
      await runBare(fromFloat, inputs),
      await runBareNative(fromFloat, inputs),
    ]
    if (isX64) expect(native).not.toEqual(wasm)
    expect(classOf(fromFloat)).toBe('pinned')
    expect(classOf(single('Cast', i32, uint8, { to: BigInt(uint8) }))).toBe('pinned')
    expect(classOf(single('Cast', i32, bool, { to: BigInt(bool) }))).toBe('exact')
  })

  test('sums of int32 that overflow saturate, where Add wraps', async () => {
    const bytes = single('ReduceSum', i32, i32, { keepdims: 1n })
    const inputs = [int32(2 ** 31 - 1, 1)]
    expect(await runBareNative(bytes, inputs)).toEqual([int32(2 ** 31 - 1)])
    expect(await runBareNative(pair('Add', i32), [int32(2 ** 31 - 1), int32(1)])).toEqual([
      int32(-(2 ** 31)),
    ])
    expect(classOf(bytes)).toBe('pinned')
  })

  test('sums of int64 that leave ±2^53 are rounded by both', async () => {
    const bytes = single('ReduceSum', i64, i64, { keepdims: 1n })
    const inputs = [int64(2n ** 60n, 1n)]
    const rounded = [int64(2n ** 60n)]
    expect(await runBareNative(bytes, inputs)).toEqual(rounded)
    expect(await runBare(bytes, inputs)).toEqual(rounded)
    expect(classOf(bytes)).toBe('pinned')
  })
})

describe('what ends a process', () => {
  // The script that a child runs, since the process would not outlive the test.
  const divide = (bytes: Uint8Array, operand: string) => `
    const { InferenceSession, Tensor } = require(${JSON.stringify(createRequire(import.meta.url).resolve('onnxruntime-node'))})
    const x = ${operand}
    InferenceSession.create(Buffer.from('${Buffer.from(bytes).toString('base64')}', 'base64'))
      .then((session) => session.run({ a: x(-1n << 63n), b: x(-1n) }))
      .then(({ y }) => console.log(y.data[0]))`

  test.runIf(isX64).each([
    ['int32', i32, `(n) => new Tensor('int32', Int32Array.of(Number(n >> 32n)), [1])`],
    ['int64', i64, `(n) => new Tensor('int64', BigInt64Array.of(n), [1])`],
  ] as const)('the lowest %s divided by −1', (_, dtype, operand) => {
    const child = spawnSync(process.execPath, ['-e', divide(binary('Div', dtype), operand)])
    expect(child.signal).toBe('SIGFPE')
  })

  test('so a model that may do it is refused, and one that may divide by 0 is not exact', () => {
    const by = (divisor: number) =>
      onnx({
        nodes: [node('Div', ['a', 'b'], ['y'])],
        inputs: [value('a', i32, [1])],
        outputs: [value('y', i32, [1])],
        weights: [weight('b', i32, [1], Int32Array.of(divisor))],
      })
    expect(() => classOf(by(-1))).toThrow('which has no quotient')
    expect([0, 1, -2].map((divisor) => classOf(by(divisor)))).toEqual(['pinned', 'exact', 'exact'])
  })
})
