import { Dtype } from '../../../tensor.js'
import { isWide } from '../source.js'
import { broadcasting, type Expression, elementwise } from './elementwise.js'
import type { Lowering } from './lowering.js'

/** A bool is 0 or 1. */
function truth(
  narrow: (a: string, b: string) => string,
  wide: (a: string, b: string, less: () => string) => string,
): Lowering {
  return elementwise({
    narrow: (a, b) => `select(0i, 1i, ${narrow(a as string, b as string)})`,
    wide: (use, a, b) => `select(0i, 1i, ${wide(a as string, b as string, () => use('less64'))})`,
    isModular: false,
    isTruth: true,
  })
}

export const equal = truth(
  (a, b) => `${a} == ${b}`,
  (a, b) => `all(${a} == ${b})`,
)
export const less = truth(
  (a, b) => `${a} < ${b}`,
  (a, b, name) => `${name()}(${a}, ${b})`,
)
export const lessOrEqual = truth(
  (a, b) => `${a} <= ${b}`,
  (a, b, name) => `!${name()}(${b}, ${a})`,
)
export const greater = truth(
  (a, b) => `${a} > ${b}`,
  (a, b, name) => `${name()}(${b}, ${a})`,
)
export const greaterOrEqual = truth(
  (a, b) => `${a} >= ${b}`,
  (a, b, name) => `!${name()}(${a}, ${b})`,
)

function bits(narrow: Expression['narrow']): Lowering {
  return elementwise({ narrow, wide: () => '', isModular: true })
}

export const and = bits((a, b) => `${a} & ${b}`)
export const or = bits((a, b) => `${a} | ${b}`)
export const xor = bits((a, b) => `${a} ^ ${b}`)
export const not = bits((a) => `1i - ${a}`)

export const where = elementwise({
  narrow: (condition, yes, no) => `select(${no}, ${yes}, ${condition} != 0i)`,
  wide: (_, condition, yes, no) => `select(${no}, ${yes}, (${condition}).x != 0u)`,
  isModular: true,
})

/** Values that fit both types are the same; only what is stored in more room than it needs is computed anew. */
export const cast: Lowering = (context) => {
  const input = context.input(0)
  const { dtype } = context.output
  const toBool = dtype === Dtype.bool && input.dtype !== Dtype.bool
  if (!toBool && input.source.kind !== 'formula' && !isWide(input.source)) return [input.source]
  return [broadcasting(context, [input], toBool ? IS_NOT_ZERO : SAME)]
}

const IS_NOT_ZERO: Expression = {
  narrow: (a) => `select(0i, 1i, ${a} != 0i)`,
  wide: (_, a) => `select(0i, 1i, any(${a} != vec2<u32>(0u, 0u)))`,
  isModular: false,
  isTruth: true,
}

const SAME: Expression = {
  narrow: (a) => a as string,
  wide: (_, a) => a as string,
  isModular: true,
}
