import { Dtype as D, type Dtype, type Shape } from '../../tensor.js'
import { broadcast } from '../infer/broadcast.js'
import type { NodeContext } from '../infer/context.js'
import { combine, fold, track } from '../infer/elements.js'
import { DATA, type Dims, type Elements, FREE, toElement, type Value } from '../infer/value.js'
import type { Inferred, Operator, OperatorTable } from './operator.js'
import { signature, type TypeSet } from './signature.js'
import {
  ANY,
  BOOL,
  BYTES,
  FLOATS,
  INTEGERS,
  NUMBERS,
  SIGNED,
  SINGLE,
  WIDE,
  WIDE_SIGNED,
} from './types.js'
import { Weight } from './weights.js'
import { broadcastLoops, perOutput } from './work.js'

type Fold = (...operands: number[]) => number

/** An operator of one input that gives a tensor of the same shape. */
export function unary(
  text: string,
  types: Readonly<Record<string, TypeSet>>,
  weight: number,
  apply?: Fold,
): Operator {
  return {
    signature: signature(text, types),
    infer: (context) => [
      { dims: context.dims(0), elements: folded(context, apply, context.dims(0)) },
    ],
    work: (context, outputs) => {
      // The vectors of the engine's own functions hold float32 alone.
      const factor = weight > Weight.divide && context.dtype(0) === D.float64 ? 5 : 1
      return perOutput(factor * weight)(context, outputs)
    },
  }
}

/** An operator of two or more inputs that broadcast to one shape. */
export function broadcasting(
  text: string,
  types: Readonly<Record<string, TypeSet>>,
  weight: number,
  apply?: Fold,
): Operator {
  return {
    signature: signature(text, types),
    infer(context) {
      if (context.inputs.length === 0) context.fail('it has no inputs')
      const dims = broadcast(context, ...context.inputs.map((_, i) => context.dims(i)))
      return [{ dims, elements: folded(context, apply, dims) }]
    },
    work: (context, outputs) => {
      const { deciOps } = perOutput(weight)(context, outputs)
      const passes = Math.max(1, context.inputs.length - 1)
      return { milliMacs: 0, deciOps: passes * (deciOps + loopWork(context, outputs)) }
    },
  }
}

/** Setting up the inner loops of a broadcast. */
function loopWork(context: NodeContext, outputs: readonly Dims[]): number {
  const operands = context.inputs.map((_, index) => context.shape(index))
  return Weight.loop * broadcastLoops(outputs[0] as Shape, operands)
}

function folded(context: NodeContext, apply: Fold | undefined, dims: Value['dims']): Elements {
  if (apply === undefined) return DATA
  return fold(context.outputDtypes[0] as Dtype, dims, context.inputs as readonly Value[], apply)
}

const float = (since: number, dtypes: readonly Dtype[] = SINGLE) => ({ T: { [since]: dtypes } })
const ARITHMETIC = { T: { 7: [...FLOATS, ...WIDE], 14: INTEGERS } }

/** Integer division truncates towards zero; by zero it is left to the engine. */
function divide(context: NodeContext): Fold {
  return isFloatDtype(context.dtype(0)) ? (a, b) => a / b : (a, b) => Math.trunc(a / b)
}

function isFloatDtype(dtype: Dtype): boolean {
  return (FLOATS as readonly Dtype[]).includes(dtype)
}

const div: Operator = {
  ...broadcasting('T, T -> T', ARITHMETIC, Weight.divide),
  infer(context) {
    const dims = broadcast(context, context.dims(0), context.dims(1))
    return [{ dims, elements: folded(context, divide(context), dims) }]
  },
}

const mod: Operator = {
  ...broadcasting('T, T -> T', { T: { 10: NUMBERS } }, Weight.library / 2),
  infer(context) {
    const dims = broadcast(context, context.dims(0), context.dims(1))
    const fmod = context.attributes.int('fmod', 0) !== 0
    if (!fmod && isFloatDtype(context.dtype(0))) context.fail('fmod must be 1 for floats')
    const apply: Fold = fmod ? (a, b) => a % b : (a, b) => a - b * Math.floor(a / b)
    return [{ dims, elements: folded(context, apply, dims) }]
  },
}

const pow: Operator = {
  ...broadcasting(
    'T, U -> T',
    { T: { 7: FLOATS, 12: WIDE_SIGNED }, U: { 7: FLOATS, 12: WIDE_SIGNED } },
    Weight.library,
  ),
  infer(context) {
    // The exponent got a type of its own in operator set 12.
    if (context.version < 12 && context.dtype(0) !== context.dtype(1)) {
      context.unsupportedDtype(1, context.dtype(1))
    }
    return [{ dims: broadcast(context, context.dims(0), context.dims(1)) }]
  },
}

const where: Operator = {
  signature: signature('bool, T, T -> T', { T: { 9: [...FLOATS, D.uint8, ...WIDE_SIGNED] } }),
  infer(context) {
    const sources = [context.input(0), context.input(1), context.input(2)]
    const dims = broadcast(context, ...sources.map((_, i) => context.dims(i)))
    const elements = combine(dims, sources, ([condition, yes, no]) => {
      if (typeof condition === 'string') return condition
      return (condition ? yes : no) as number
    })
    return [{ dims, elements }]
  },
  work: (context, outputs) => ({
    milliMacs: 0,
    // Two selections and their merge.
    deciOps: perOutput(Weight.divide)(context, outputs).deciOps + 3 * loopWork(context, outputs),
  }),
}

const clip: Operator = {
  signature: signature('T, T?@11, T?@11 -> T', {
    T: { 6: SINGLE, 12: [...BYTES, ...WIDE, D.float64] },
  }),
  infer(context) {
    const sources = context.inputs.filter((input) => input !== undefined)
    const dims = context.dims(0)
    for (const bound of [1, 2]) if (context.has(bound)) context.expectRank(bound, 0, 1)
    if (context.version < 11) return [{ dims }]
    const low = context.has(1) ? 1 : 0
    const high = context.has(2) ? 1 + low : 0
    const apply: Fold = (...operands) => {
      const raised =
        low > 0 ? Math.max(operands[0] as number, operands[low] as number) : operands[0]
      return Math.min(raised as number, high > 0 ? (operands[high] as number) : (raised as number))
    }
    return [{ dims, elements: fold(context.dtype(0), dims, sources, apply) }]
  },
  work: perOutput(Weight.simple),
}

/** A conversion keeps integers that fit; a float loses its fraction. */
function castElements(input: Value, dtype: Dtype): Elements {
  const toInteger = !isFloatDtype(dtype)
  return track(input.dims, [input], (list) =>
    list.map((element) => {
      if (typeof element === 'string') return element
      if (dtype === D.bool) return element === 0 ? 0 : 1
      const sameWidth = dtype === D.int64 && input.dtype === D.int64
      return sameWidth ? element : toElement(dtype, toInteger ? Math.trunc(element) : element)
    }),
  )
}

function cast(context: NodeContext, dtype: Dtype): readonly Inferred[] {
  const input = context.input(0)
  const admitted = (ANY as readonly Dtype[]).includes(dtype)
  if (!admitted) context.unsupported('it casts to a type that the engine does not compute with')
  return [{ dims: input.dims, dtype, elements: castElements(input, dtype) }]
}

const castOperator: Operator = {
  signature: signature('T -> *', { T: { 6: ANY } }),
  infer: (context) => cast(context, context.attributes.requiredInt('to') as Dtype),
  inferUnranked: (context) => cast(context, context.attributes.requiredInt('to') as Dtype),
  work: perOutput(Weight.divide),
}

const castLike: Operator = {
  signature: signature('T, U -> U', { T: { 15: ANY }, U: { 15: ANY } }),
  infer: (context) => cast(context, context.dtype(1)),
  work: perOutput(Weight.divide),
}

const identity: Operator = {
  signature: signature('T -> T', { T: { 6: ANY } }),
  infer: (context) => [context.input(0)],
  inferUnranked: (context) => [context.input(0)],
  work: perOutput(Weight.copy),
}

const dropout: Operator = {
  signature: signature('T, U?@12, bool?@12 -> T, bool?', { T: { 7: FLOATS }, U: { 12: FLOATS } }),
  infer(context) {
    const dims = context.dims(0)
    if (context.has(2)) {
      const training = context.scalar(2)
      if (training === FREE || training !== 0) {
        context.unsupported('training mode draws random numbers', 'Export in inference mode.')
      }
    }
    return [{ dims, elements: context.input(0).elements }, { dims }]
  },
  work: perOutput(Weight.copy),
}

const compare = (types: TypeSet, apply: (a: number, b: number) => boolean) =>
  broadcasting('T, T -> bool', { T: types }, Weight.simple, (a, b) => Number(apply(a, b)))
const ORDERED = { 7: FLOATS, 9: INTEGERS }
const ORDERED_OR_EQUAL = { 12: NUMBERS }
const logic = (apply: (a: number, b: number) => boolean) => compare({ 7: BOOL }, apply)
const extremum = (apply: Fold) =>
  broadcasting(
    'T... -> T',
    { T: { 6: SINGLE, 8: [D.float64], 12: [...BYTES, ...WIDE] } },
    Weight.simple,
    apply,
  )
const bitwise = () => broadcasting('T, T -> T', { T: { 18: INTEGERS } }, Weight.simple)

/** Operators that work on each element alone. */
export const elementwise: OperatorTable = {
  Abs: unary('T -> T', float(6, NUMBERS), Weight.simple, Math.abs),
  Neg: unary('T -> T', float(6, [...FLOATS, ...SIGNED]), Weight.simple, (x) => 0 - x),
  Sign: unary('T -> T', float(9, NUMBERS), Weight.simple, Math.sign),
  Ceil: unary('T -> T', float(6, FLOATS), Weight.divide, Math.ceil),
  Floor: unary('T -> T', float(6, FLOATS), Weight.divide, Math.floor),
  Round: unary('T -> T', float(11, FLOATS), Weight.divide, roundHalfToEven),
  Reciprocal: unary('T -> T', float(6, FLOATS), Weight.divide, (x) => 1 / x),
  Sqrt: unary('T -> T', float(6, FLOATS), Weight.divide, Math.sqrt),
  Exp: unary('T -> T', float(6, FLOATS), Weight.exponential),
  Log: unary('T -> T', float(6, FLOATS), Weight.library),
  Erf: unary('T -> T', float(9), Weight.exponential),
  Sin: unary('T -> T', float(7, FLOATS), Weight.angle),
  Cos: unary('T -> T', float(7, FLOATS), Weight.angle),
  Tan: unary('T -> T', float(7), Weight.angle),
  Asin: unary('T -> T', float(7), Weight.library),
  Acos: unary('T -> T', float(7), Weight.library),
  Atan: unary('T -> T', float(7), Weight.library),
  Sinh: unary('T -> T', float(9), Weight.library),
  Cosh: unary('T -> T', float(9), Weight.library),
  Asinh: unary('T -> T', float(9), Weight.library),
  Acosh: unary('T -> T', float(9), Weight.library),
  Atanh: unary('T -> T', float(9), Weight.library),
  IsNaN: unary('T -> bool', { T: { 9: FLOATS } }, Weight.simple),
  IsInf: unary('T -> bool', { T: { 10: [D.float32, D.float64], 20: SINGLE } }, Weight.simple),
  Not: unary('bool -> bool', { T: { 6: BOOL } }, Weight.simple, (x) => (x === 0 ? 1 : 0)),
  BitwiseNot: unary('T -> T', float(18, INTEGERS), Weight.simple),
  Identity: identity,
  Dropout: dropout,
  Cast: castOperator,
  CastLike: castLike,
  Clip: clip,
  Where: where,

  Add: broadcasting('T, T -> T', ARITHMETIC, Weight.simple, (a, b) => a + b),
  Sub: broadcasting('T, T -> T', ARITHMETIC, Weight.simple, (a, b) => a - b),
  Mul: broadcasting('T, T -> T', ARITHMETIC, Weight.simple, (a, b) => a * b),
  Div: div,
  Mod: mod,
  Pow: pow,
  Sum: broadcasting('T... -> T', float(6, FLOATS), Weight.simple),
  Mean: broadcasting('T... -> T', float(6), Weight.simple),
  Max: extremum(Math.max),
  Min: extremum(Math.min),
  Equal: compare({ 7: [...WIDE_SIGNED, ...BOOL], 11: ANY }, (a, b) => a === b),
  Less: compare(ORDERED, (a, b) => a < b),
  Greater: compare(ORDERED, (a, b) => a > b),
  LessOrEqual: compare(ORDERED_OR_EQUAL, (a, b) => a <= b),
  GreaterOrEqual: compare(ORDERED_OR_EQUAL, (a, b) => a >= b),
  And: logic((a, b) => a !== 0 && b !== 0),
  Or: logic((a, b) => a !== 0 || b !== 0),
  Xor: logic((a, b) => (a !== 0) !== (b !== 0)),
  BitwiseAnd: bitwise(),
  BitwiseOr: bitwise(),
  BitwiseXor: bitwise(),
  BitShift: broadcasting('T, T -> T', { T: { 11: [D.uint8, D.uint32, D.uint64] } }, Weight.simple),
}

function roundHalfToEven(x: number): number {
  const floor = Math.floor(x)
  const isTie = x - floor === 0.5
  return isTie ? floor + (floor % 2 === 0 ? 0 : 1) : Math.round(x)
}
