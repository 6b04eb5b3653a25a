import { create, toBinary } from '@bufbuild/protobuf'
import fc from 'fast-check'
import { ModelProtoSchema, StringStringEntryProtoSchema } from 'onnx-buf'
import { expect } from 'vitest'
import { type Encoding, writeEncodings } from '../exact/encoding.js'
import { NotExactError } from '../exact/errors.js'
import type { ExactGraph } from '../exact/graph.js'
import { contains, hull, type Interval, intervalOf, rangeOf } from '../exact/interval.js'
import { exactOperators } from '../exact/operators/index.js'
import { readExactGraph } from '../exact/read.js'
import { evaluateExact } from '../exact/reference.js'
import {
  fromTensor,
  type IntegerDtype,
  type IntegerTensor,
  integerTensor,
} from '../exact/tensor.js'
import { parseModelProto } from '../model/file/parse.js'
import { defaultLimits } from '../model/limits.js'
import { dtypeName, elementCount, type Shape, type Tensor } from '../tensor.js'
import { runBareNative } from './bareNative.js'
import { runBare } from './bareRuntime.js'
import { type Attributes, bytesOf, node, onnx, value, weight } from './onnx.js'

/** Random cases of one operator and element type. */
export const RUNS = Number(process.env.EXACT_RUNS ?? 20)

/** A value that a node reads. */
export interface Operand {
  readonly dtype: IntegerDtype
  readonly shape: Shape
  readonly elements: readonly bigint[]
  /** In the file, or given by the caller. */
  readonly isConstant?: boolean
  /** What the file promises of an input. Default: all that the type holds. */
  readonly interval?: Interval
}

/** One node on values of its own. */
export interface ExactCase {
  readonly operator: string
  readonly attributes?: Attributes
  readonly opset?: number
  /** Undefined is an optional input that is left out. */
  readonly operands: readonly (Operand | undefined)[]
  /** Number of outputs. Default: one. */
  readonly outputs?: number
}

/** The model of a case: inputs `i0`, `i1`, …, outputs `o0`, `o1`, …. */
export function modelOf({ operator, attributes, opset, operands, outputs = 1 }: ExactCase) {
  const given = operands.flatMap((operand, i) => (operand ? [{ ...operand, name: `i${i}` }] : []))
  const inputs = given.filter(({ isConstant }) => !isConstant)
  const names = Array.from({ length: outputs }, (_, i) => `o${i}`)
  const bytes = onnx(
    {
      nodes: [
        node(
          operator,
          operands.map((operand, i) => (operand ? `i${i}` : '')),
          names,
          attributes,
        ),
      ],
      inputs: inputs.map(({ name, dtype, shape }) => value(name, dtype, shape)),
      outputs: names.map((name) => ({ name })),
      weights: given
        .filter(({ isConstant }) => isConstant)
        .map((operand) => weight(operand.name, operand.dtype, operand.shape, elementsOf(operand))),
    },
    { ai: opset ?? 17 },
  )
  return {
    bytes: withIntervals(
      bytes,
      inputs.map(({ interval }) => interval),
      outputs,
    ),
    inputs: inputs.map(tensorOf),
  }
}

function elementsOf({ dtype, shape, elements }: Operand): ArrayBufferView {
  return integerTensor(dtype, shape, elements).data
}

function tensorOf(operand: Operand): Tensor {
  const { dtype, shape } = operand
  return { dtype, shape, data: bytesOf(elementsOf(operand)) }
}

/** The file with a promise about its inputs. */
export function withIntervals(
  bytes: Uint8Array,
  intervals: readonly (Interval | undefined)[],
  outputs: number,
): Uint8Array {
  if (intervals.every((interval) => interval === undefined)) return bytes
  const proto = parseModelProto(bytes, defaultLimits)
  const inputs = intervals.map((interval): Encoding | undefined => {
    return interval && { kind: 'linear', numerator: 1n, denominator: 1n, zero: 0n, ...interval }
  })
  const entry = writeEncodings({ inputs, outputs: new Array(outputs).fill(undefined) })
  proto.metadataProps.push(create(StringStringEntryProtoSchema, entry))
  return toBinary(ModelProtoSchema, proto)
}

/** What is wrong with a case that the proof accepts: bits that differ, or an element out of its proved interval. */
export async function faultsOf(test: ExactCase): Promise<string[]> {
  const { bytes, inputs } = modelOf(test)
  const exact = readExactGraph(bytes)
  const want = evaluateExact(exact, inputs)
  const [wasm, native] = await Promise.all([
    runBare(bytes, inputs).catch(String),
    runBareNative(bytes, inputs).catch(String),
  ])
  return [
    ...unsoundOf(exact, want.map(fromTensor)),
    ...differenceOf('wasm', want, wasm),
    ...differenceOf('native', want, native),
  ]
}

function unsoundOf({ graph, slots }: ExactGraph, outputs: readonly IntegerTensor[]): string[] {
  return outputs.flatMap((output, i) => {
    const proved = slots[graph.outputs[i]?.slot ?? -1]?.interval ?? rangeOf(output.dtype)
    const actual = intervalOf(output)
    if (contains(proved, actual)) return []
    return [`[${actual.low}, ${actual.high}] is beyond the proved [${proved.low}, ${proved.high}]`]
  })
}

function differenceOf(engine: string, want: readonly Tensor[], got: readonly Tensor[] | string) {
  if (typeof got === 'string') return [`${engine} fails: ${got}`]
  const [a, b] = [want, got].map((tensors) => tensors.map(describe).join('; '))
  return a === b ? [] : [`${engine} gives ${b} instead of ${a}`]
}

function describe(tensor: Tensor): string {
  const { data } = fromTensor(tensor)
  return `${dtypeName(tensor.dtype)}[${tensor.shape}] ${data.join(' ')}`
}

/** Shapes of few elements, or with a last axis that fills the engines' vectors. */
export function shapes(minLength = 0, maxLength = 4, maxDim = 4): fc.Arbitrary<number[]> {
  const small = fc.array(fc.integer({ min: 1, max: maxDim }), { minLength, maxLength })
  const long = fc.tuple(small, fc.integer({ min: 1, max: 150 })).map(([shape, last]) => {
    return shape.length < Math.max(1, minLength) ? shape : [...shape.slice(0, -1), last]
  })
  return fc.oneof({ weight: 3, arbitrary: small }, { weight: 1, arbitrary: long })
}

/** A shape, and shapes that broadcast to it together. */
export function broadcasts(count: number): fc.Arbitrary<number[][]> {
  return shapes().chain((whole) =>
    fc
      .array(
        fc.tuple(fc.nat(whole.length), fc.array(fc.boolean(), { minLength: 4, maxLength: 4 })),
        { minLength: count, maxLength: count },
      )
      .map((cuts) =>
        cuts.map(([dropped, ones], i) =>
          // The first keeps what all others repeat.
          i === 0 ? whole : whole.map((dim, axis) => (ones[axis] ? 1 : dim)).slice(dropped),
        ),
      )
      .chain((list) => fc.shuffledSubarray(list, { minLength: count })),
  )
}

/** Intervals of any size within a type's range. */
export function intervals(
  dtype: IntegerDtype,
  within: Interval = rangeOf(dtype),
): fc.Arbitrary<Interval> {
  const end = fc.oneof(
    fc.constantFrom(within.low, within.high),
    fc.bigInt(within.low, within.high),
    fc.integer({ min: 0, max: 64 }).chain((bits) => near(2n ** BigInt(bits), within)),
    near(4n, within),
  )
  return fc.tuple(end, end).map(([a, b]) => hull(a, b))
}

function near(size: bigint, { low, high }: Interval): fc.Arbitrary<bigint> {
  const clamp = (value: bigint) => (value < low ? low : value > high ? high : value)
  return fc.bigInt(-size, size).map(clamp)
}

/** Where sign, magnitude and halves of 64 bits turn over. */
const NOTABLE = [
  -(2n ** 32n),
  -(2n ** 31n),
  -1n,
  0n,
  1n,
  2n ** 31n,
  2n ** 32n,
  2n ** 32n + 2n ** 31n,
]

/** Elements of an interval, its ends and equal ones often among them. */
export function elementsIn({ low, high }: Interval, count: number): fc.Arbitrary<bigint[]> {
  const notable = NOTABLE.filter((value) => low <= value && value <= high)
  const element = fc.oneof(fc.constantFrom(low, high, ...notable), fc.bigInt(low, high))
  return fc.array(element, { minLength: count, maxLength: count })
}

/** An operand of a shape, with elements in an interval that the file promises, or as a constant. */
export function operand(
  dtype: IntegerDtype,
  shape: Shape,
  options: { interval?: Interval; isConstant?: boolean } = {},
): fc.Arbitrary<Operand> {
  const interval = options.interval ?? rangeOf(dtype)
  return elementsIn(interval, elementCount(shape)).map((elements) => ({
    dtype,
    shape,
    elements,
    ...(options.isConstant ? { isConstant: true } : { interval }),
  }))
}

/** An int64 constant such as axes. */
export function numbers(...list: readonly (number | bigint)[]): Operand {
  const elements = list.map(BigInt)
  return { dtype: 7, shape: [list.length], elements, isConstant: true }
}

/** Whether the proof accepts a case. */
export function isProved(test: ExactCase): boolean {
  try {
    readExactGraph(modelOf(test).bytes)
    return true
  } catch (error) {
    if (error instanceof NotExactError) return false
    throw error
  }
}

/** Holds random cases against the engines. @param share - How many times the usual number. */
export async function agree(cases: fc.Arbitrary<ExactCase>, share = 1): Promise<void> {
  await fc.assert(
    fc.asyncProperty(cases, async (test) => {
      expect(await faultsOf(test)).toEqual([])
    }),
    { numRuns: share * RUNS },
  )
}

/** Each of some operators with each of its element types, as rows of a table of tests. */
export function combinations(...names: readonly string[]): [string, string, IntegerDtype][] {
  return names.flatMap((name) =>
    (exactOperators[name]?.dtypes ?? []).map((dtype): [string, string, IntegerDtype] => [
      name,
      dtypeName(dtype),
      dtype,
    ]),
  )
}
