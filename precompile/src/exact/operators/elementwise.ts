import type { Shape } from '../../tensor.js'
import { type IntegerTensor, zeros } from '../tensor.js'
import { broadcastOffsets } from './broadcast.js'
import type { EvaluateContext, ExactOperator } from './operator.js'

type Evaluate = ExactOperator['evaluate']
type Either = number | bigint
type Narrow = (a: number, b: number) => number
type Wide = (a: bigint, b: bigint) => bigint

/**
 * The semantics of an operator that takes each element alone.
 * @param wide - The same on int64; left out where that is not admitted.
 */
export function unary(narrow: (a: number) => number, wide?: (a: bigint) => bigint): Evaluate {
  return (context) => {
    const output = outputOf(context)
    const input = context.input(0)
    if (wide && isWide(input)) mapEach(elementsOf<bigint>(output), elementsOf<bigint>(input), wide)
    else mapEach(elementsOf<number>(output), elementsOf<number>(input), narrow)
    return [output]
  }
}

/**
 * The semantics of an operator on pairs of elements of two operands that broadcast.
 * @param wide - The same on int64; left out where that is not admitted.
 */
export function binary(narrow: Narrow, wide?: Wide): Evaluate {
  return (context) => {
    const output = outputOf(context)
    const [a, b] = [context.input(0), context.input(1)]
    if (wide && isWide(a)) pairUp<bigint, bigint>(output, a, b, wide)
    else pairUp<number, number>(output, a, b, narrow)
    return [output]
  }
}

/** The semantics of an operator on any number of operands that broadcast, from left to right. */
export function variadic(narrow: Narrow): Evaluate {
  return (context) => {
    const [first, ...rest] = context.inputs as readonly [IntegerTensor, ...IntegerTensor[]]
    let result = outputOf(context)
    // The first operand in the shape of the result.
    pairUp<number, number>(result, first, first, (a) => a)
    for (const operand of rest) {
      const next = outputOf(context)
      pairUp<number, number>(next, result, operand, narrow)
      result = next
    }
    return [result]
  }
}

/** The semantics of a comparison, which reads the same for numbers and bigints. */
export function comparison(holds: (a: Either, b: Either) => boolean): Evaluate {
  return (context) => {
    const output = outputOf(context)
    pairUp<Either, number>(output, context.input(0), context.input(1), (a, b) =>
      holds(a, b) ? 1 : 0,
    )
    return [output]
  }
}

/** The only output of a node, as a tensor of zeros to fill. */
export function outputOf({ outputs: [output] }: EvaluateContext): IntegerTensor {
  if (!output) throw new RangeError('a node without an output')
  return zeros(output.dtype, output.shape)
}

function isWide({ data }: IntegerTensor): boolean {
  return data instanceof BigInt64Array
}

interface Elements<T> {
  readonly length: number
  [index: number]: T
}

function elementsOf<T extends Either>({ data }: IntegerTensor): Elements<T> {
  return data as unknown as Elements<T>
}

/** Undefined where the operand has the shape of the output. */
function offsetsIn(output: Shape, operand: Shape): Int32Array | undefined {
  const isSame = output.length === operand.length && output.every((dim, i) => dim === operand[i])
  return isSame ? undefined : broadcastOffsets(output, operand)
}

function mapEach<T>(target: Elements<T>, source: Elements<T>, apply: (a: T) => T): void {
  for (let i = 0; i < target.length; i++) target[i] = apply(source[i] as T)
}

function pairUp<T extends Either, R extends Either>(
  output: IntegerTensor,
  a: IntegerTensor,
  b: IntegerTensor,
  apply: (a: T, b: T) => R,
): void {
  const [target, left, right] = [elementsOf<R>(output), elementsOf<T>(a), elementsOf<T>(b)]
  const [leftOffsets, rightOffsets] = [a, b].map(({ shape }) => offsetsIn(output.shape, shape))
  for (let i = 0; i < target.length; i++) {
    const x = left[leftOffsets === undefined ? i : (leftOffsets[i] as number)] as T
    const y = right[rightOffsets === undefined ? i : (rightOffsets[i] as number)] as T
    target[i] = apply(x, y)
  }
}
