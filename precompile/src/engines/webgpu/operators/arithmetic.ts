import { type Expression, elementwise, variadic } from './elementwise.js'
import type { Lowering } from './lowering.js'

/** Sums and products wrap around alike in both widths: what fits 32 bits is computed in 32 bits. */
function modular(narrow: Expression['narrow'], name: string): Lowering {
  return elementwise({
    narrow,
    wide: (use, ...operands) => `${use(name)}(${operands.join(', ')})`,
    isModular: true,
  })
}

export const add = modular((a, b) => `${a} + ${b}`, 'add64')
export const sub = modular((a, b) => `${a} - ${b}`, 'sub64')
export const mul = modular((a, b) => `${a} * ${b}`, 'mul64')
export const neg = modular((a) => `-${a}`, 'neg64')

export const div = elementwise({
  narrow: (a, b) => `${a} / ${b}`,
  wide: (use, a, b) => `${use('div64')}(${a}, ${b})`,
  isModular: false,
})

export const abs = elementwise({
  narrow: (a) => `abs(${a})`,
  wide: (use, a) => `${use('abs64')}(${a})`,
  isModular: false,
})

function extremum(name: 'min' | 'max'): Expression {
  return {
    narrow: (a, b) => `${name}(${a}, ${b})`,
    wide: (use, a, b) => `${use(`${name}64`)}(${a}, ${b})`,
    isModular: false,
  }
}

export const min = variadic(extremum('min'))
export const max = variadic(extremum('max'))
