import { describe, expect, test } from 'vitest'
import { readModel } from '../../model/index.js'
import { Dtype, type Shape } from '../../tensor.js'
import { type ExactCase, isProved, modelOf, numbers, type Operand } from '../../testing/exact.js'
import { node, onnx, value, weight } from '../../testing/onnx.js'
import { NotExactError } from '../errors.js'
import type { Interval } from '../interval.js'
import { readExactGraph } from '../read.js'
import type { IntegerDtype } from '../tensor.js'

/** An input of zeros; what it may hold is what the file promises. */
function input(dtype: IntegerDtype, shape: Shape, interval?: Interval): Operand {
  const count = shape.reduce((product, dim) => product * dim, 1)
  return {
    dtype,
    shape,
    elements: new Array(count).fill(interval?.low ?? 0n),
    ...(interval && { interval }),
  }
}

function constant(dtype: IntegerDtype, shape: Shape, ...elements: readonly bigint[]): Operand {
  return { dtype, shape, elements, isConstant: true }
}

function between(low: bigint, high: bigint): Interval {
  return { low, high }
}

/** Why a case is not exact. */
function refusal(test: ExactCase): string {
  try {
    readExactGraph(modelOf(test).bytes)
    return 'nothing is wrong'
  } catch (error) {
    if (error instanceof NotExactError) return error.reason
    throw error
  }
}

const { uint8, int8, int32, int64 } = Dtype
const bytes = input(uint8, [2, 4])
const words = input(int32, [2, 4])
const longs = input(int64, [2, 4])
const image = input(uint8, [1, 2, 5, 5])
const kernel = constant(uint8, [1, 2, 3, 3], ...new Array(18).fill(128n))
const half = between(-(2n ** 31n), -1n)

describe('operators that a native engine gets wrong', () => {
  test.each(['Min', 'Max'])('%s of int64 compares halves', (operator) => {
    expect(refusal({ operator, operands: [longs, longs] })).toMatch(/element type int64/)
  })

  test('Clip of int64', () => {
    expect(refusal({ operator: 'Clip', operands: [longs] })).toMatch(/element type int64/)
  })

  test.each(['ReduceMax', 'ReduceMin'])('%s of int64', (operator) => {
    expect(refusal({ operator, operands: [longs] })).toMatch(/element type int64/)
  })

  test.each(['Sign', 'Mod', 'Pow', 'BitwiseAnd', 'CumSum', 'TopK', 'ReduceProd'])(
    '%s is not in the subset at all',
    (operator) => {
      const second = operator === 'Sign' || operator === 'ReduceProd' ? [] : [longs]
      const operands = operator === 'TopK' ? [longs, numbers(1)] : [longs, ...second]
      const outputs = operator === 'TopK' ? 2 : 1
      const axis = operator === 'CumSum' ? { operands: [longs, numbers(0)] } : { operands }
      expect(refusal({ operator, opset: 18, outputs, ...axis })).toMatch(/not in the exact subset/)
    },
  )

  test('BitShift, which takes unsigned integers alone', () => {
    const operands = [bytes, bytes]
    const attributes = { direction: 'RIGHT' }
    expect(refusal({ operator: 'BitShift', operands, attributes })).toMatch(
      /not in the exact subset/,
    )
  })

  test.each([
    ['uint8 by int8', uint8, int8],
    ['int8 by uint8', int8, uint8],
    ['int8 by int8', int8, int8],
  ] as const)('MatMulInteger of %s', (_, a, b) => {
    const operands = [input(a, [2, 4]), input(b, [4, 3])]
    expect(refusal({ operator: 'MatMulInteger', operands })).toMatch(/int8/)
  })

  test('ConvInteger of an int8 input by uint8 weights', () => {
    const operands = [input(int8, [1, 2, 5, 5]), kernel]
    expect(refusal({ operator: 'ConvInteger', operands })).toMatch(
      /an int8 input meets uint8 weights/,
    )
  })

  test('ReduceSum of int64 beyond the integers of float64', () => {
    const bound = 2n ** 53n / 8n
    const operands = (high: bigint) => [input(int64, [8], between(-1n, high))]
    expect(isProved({ operator: 'ReduceSum', operands: operands(bound) })).toBe(true)
    expect(refusal({ operator: 'ReduceSum', operands: operands(bound + 1n) })).toMatch(/rounded/)
  })
})

describe('what overflows, on which engines differ', () => {
  test.each([
    ['Add', [words, words], 'the sum'],
    ['Sub', [words, words], 'the difference'],
    ['Mul', [words, words], 'the product'],
    ['Neg', [words], 'the negative'],
    ['Abs', [longs], 'the absolute value'],
    ['ReduceSum', [words], 'a part of the sum'],
    ['MatMul', [words, input(int32, [4, 2])], 'a part of a sum'],
    ['Div', [words, input(int32, [1], half)], 'the quotient'],
    ['Div', [longs, constant(int64, [1], -1n)], 'the quotient'],
  ] as const)('%s', (operator, operands, what) => {
    expect(refusal({ operator, operands })).toMatch(new RegExp(`^${what} may be anything from`))
  })

  test('a sum whose end fits and whose parts do not', () => {
    // 2^30 · 4 − 2^30 · 4 is 0 whatever the order; two products of one sign are already beyond int32.
    const weights = constant(int32, [4, 1], 4n, -4n, 4n, -4n)
    const operands = [input(int32, [1, 4], between(2n ** 30n, 2n ** 30n)), weights]
    expect(refusal({ operator: 'MatMul', operands })).toMatch(/a part of a sum/)
  })

  test('products of bytes so many that they leave int32 before zero points are subtracted', () => {
    const of = (length: number): ExactCase => ({
      operator: 'MatMulInteger',
      operands: [
        input(uint8, [1, length]),
        constant(uint8, [length, 1], ...new Array(length).fill(1n)),
      ],
    })
    // The result would fit by far: 255 each.
    expect(isProved(of(33_025))).toBe(true)
    expect(refusal(of(33_026))).toMatch(/before zero points are subtracted/)
  })

  test.each([
    ['int32 to uint8', words, uint8],
    ['int64 to int32', longs, int32],
    ['uint8 to int8', bytes, int8],
    ['int8 to uint8', input(int8, [3]), uint8],
  ] as const)('Cast of %s', (_, operand, to) => {
    const each = { operator: 'Cast', operands: [operand], attributes: { to: BigInt(to) } }
    expect(refusal(each)).toMatch(/the value may be anything from/)
  })
})

describe('what some engines reject, and others answer', () => {
  test('a divisor that may be 0', () => {
    const operands = [words, input(int32, [2, 4], between(-1n, 1n))]
    expect(refusal({ operator: 'Div', operands })).toMatch(/so it may be 0/)
  })

  test.each([
    ['Gather', input(int64, [3], between(-4n, 4n)), {}],
    ['Gather', input(int32, [3], between(-5n, 0n)), { axis: 1n }],
    ['Gather', constant(int64, [2], 0n, 4n), { axis: 1n }],
    ['GatherElements', input(int64, [2, 1], between(0n, 2n)), {}],
    ['GatherND', input(int64, [1, 2], between(0n, 2n)), {}],
    ['GatherND', constant(int64, [2, 2], 1n, 3n, 2n, 0n), {}],
  ] as const)('%s by indices out of range', (operator, indices, attributes) => {
    const test = { operator, operands: [words, indices], attributes }
    expect(refusal(test)).toMatch(/the indices may be anything from/)
  })
})

describe('floats', () => {
  const integers = { inputs: [value('x', int32, [2])], outputs: [value('y', int32, [2])] }

  test('in a weight that no node reads', () => {
    const weights = [weight('w', Dtype.float32, [1], Float32Array.of(1))]
    const model = onnx({ nodes: [node('Identity', ['x'], ['y'])], ...integers, weights })
    expect(() => readExactGraph(model)).toThrow(/the weight "w" does not hold integers/)
  })

  test('in an input', () => {
    const model = onnx({
      nodes: [node('Identity', ['x'], ['y'])],
      inputs: [value('x', Dtype.float32, [2])],
      outputs: [value('y', Dtype.float32, [2])],
    })
    expect(readModel(model).inexact?.reason).toMatch(/the input "x" is of the type float32/)
  })

  test('between two nodes', () => {
    const nodes = [
      node('Cast', ['x'], ['h'], { to: BigInt(Dtype.float32) }),
      node('Cast', ['h'], ['y'], { to: BigInt(int32) }),
    ]
    expect(readModel(onnx({ nodes, ...integers })).inexact).toMatchObject({
      operator: 'Cast',
      reason: 'an output is of the type float32',
    })
  })

  test.each([
    ['QuantizeLinear', ['f', 's'], ['y']],
    ['DequantizeLinear', ['q', 's'], ['y']],
    ['DynamicQuantizeLinear', ['f'], ['y', 'scale', 'zero']],
    ['QLinearMatMul', ['q', 's', 'z', 'q', 's', 'z', 's', 'z'], ['y']],
    ['QLinearConv', ['p', 's', 'z', 'p', 's', 'z', 's', 'z'], ['y']],
    ['QuantizeLinear', ['f', 's', 'z'], ['y']],
  ])('%s', (operator, operands, results) => {
    const model = onnx({
      nodes: [node(operator, operands, results)],
      inputs: [
        value('f', Dtype.float32, [2, 2]),
        value('q', uint8, [2, 2]),
        value('p', uint8, [1, 1, 2, 2]),
      ],
      outputs: [{ name: 'y' }],
      weights: [
        weight('s', Dtype.float32, [], Float32Array.of(0.5)),
        weight('z', uint8, [], Uint8Array.of(128)),
      ],
    })
    expect(readModel(model)).toMatchObject({
      class: 'pinned',
      inexact: { operator, reason: 'the operator is not in the exact subset' },
    })
  })
})

describe('forms that are not in the subset', () => {
  test.each<[string, ExactCase, RegExp]>([
    [
      'operator sets before 13',
      { operator: 'Identity', operands: [words], opset: 12 },
      /older than 13/,
    ],
    [
      'a MaxPool that wants indices',
      {
        operator: 'MaxPool',
        operands: [image],
        outputs: 2,
        attributes: { kernel_shape: [2n, 2n] },
      },
      /its indices/,
    ],
    [
      'a MaxPool with dilations',
      {
        operator: 'MaxPool',
        operands: [image],
        attributes: { kernel_shape: [2n, 2n], dilations: [2n, 2n] },
      },
      /dilations/,
    ],
    [
      'derived pads of a MaxPool',
      {
        operator: 'MaxPool',
        operands: [image],
        attributes: { kernel_shape: [2n, 2n], auto_pad: 'SAME_UPPER' },
      },
      /auto_pad/,
    ],
    [
      'derived pads of a ConvInteger',
      {
        operator: 'ConvInteger',
        operands: [image, kernel],
        attributes: { auto_pad: 'SAME_LOWER' },
      },
      /auto_pad/,
    ],
    [
      'a zero point of each feature',
      {
        operator: 'ConvInteger',
        operands: [
          image,
          constant(uint8, [2, 2, 1, 1], 0n, 1n, 2n, 3n),
          undefined,
          constant(uint8, [2], 0n, 1n),
        ],
      },
      /2 zero points/,
    ],
    [
      'a zero point of each row',
      {
        operator: 'MatMulInteger',
        operands: [bytes, input(uint8, [4, 1]), constant(uint8, [2], 0n, 1n)],
      },
      /2 zero points/,
    ],
    [
      'a zero point that is no constant',
      { operator: 'MatMulInteger', operands: [bytes, input(uint8, [4, 1]), input(uint8, [])] },
      /input 2 is not a constant/,
    ],
    [
      'Pad with a mode',
      { operator: 'Pad', operands: [words, numbers(0, 1, 0, 1)], attributes: { mode: 'reflect' } },
      /the mode is "reflect"/,
    ],
    [
      'Pad that cuts',
      { operator: 'Pad', operands: [words, numbers(0, -1, 0, 0)] },
      /a pad is below 0/,
    ],
    [
      'Pad by a list',
      { operator: 'Pad', operands: [words, numbers(0, 1, 0, 1), constant(int32, [2], 1n, 2n)] },
      /not one number/,
    ],
    [
      'Clip by a list',
      { operator: 'Clip', operands: [words, constant(int32, [2], 1n, 2n)] },
      /not one number/,
    ],
    [
      'Clip by bounds that cross',
      { operator: 'Clip', operands: [words, input(int32, []), input(int32, [])] },
      /min may be above max/,
    ],
    [
      'ReduceSum of no axes',
      { operator: 'ReduceSum', operands: [words], attributes: { noop_with_empty_axes: 1n } },
      /noop/,
    ],
    [
      'the last of equal maxima',
      { operator: 'ArgMax', operands: [words], attributes: { select_last_index: 1n } },
      /select_last_index/,
    ],
    [
      'a Slice back from beyond the end',
      {
        operator: 'Slice',
        operands: [words, numbers(1), numbers(2n ** 63n - 1n), numbers(1), numbers(-1)],
      },
      /ends beyond/,
    ],
    [
      'a tensor without elements',
      { operator: 'Neg', operands: [input(int32, [2, 0])] },
      /has no elements/,
    ],
  ])('%s', (_, each, reason) => {
    expect(refusal(each)).toMatch(reason)
  })

  test('an open dimension', () => {
    const model = onnx({
      nodes: [node('Identity', ['x'], ['y'])],
      inputs: [value('x', int32, ['n'])],
      outputs: [value('y', int32, ['n'])],
    })
    expect(() => readExactGraph(model)).toThrow(/the input "x" has an open dimension/)
  })

  test('a bool of the file that is neither 0 nor 1', () => {
    const model = (byte: number) =>
      onnx({
        nodes: [node('And', ['x', 'w'], ['y'])],
        inputs: [value('x', Dtype.bool, [1])],
        outputs: [value('y', Dtype.bool, [1])],
        weights: [weight('w', Dtype.bool, [1], Uint8Array.of(byte))],
      })
    expect(() => readExactGraph(model(1))).not.toThrow()
    expect(() => readExactGraph(model(2))).toThrow(/a bool that is neither 0 nor 1/)
  })

  test('a weight so large that a look at it would take too long', () => {
    // One line of weights for each of 2^22 outputs.
    const columns = 2 ** 22
    const model = onnx({
      nodes: [node('MatMulInteger', ['x', 'w'], ['y'])],
      inputs: [value('x', uint8, [1, 1])],
      outputs: [{ name: 'y' }],
      weights: [weight('w', uint8, [1, columns], new Uint8Array(columns))],
    })
    expect(() => readExactGraph(model)).toThrow(/would take too long/)
  })
})
