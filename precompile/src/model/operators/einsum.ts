import { Dtype, elementCount, type Shape } from '../../tensor.js'
import type { NodeContext } from '../infer/context.js'
import { type Dim, type Dims, FREE } from '../infer/value.js'
import { milliMacsOf } from './mac.js'
import type { Operator } from './operator.js'
import { signature } from './signature.js'
import { SINGLE, WIDE_SIGNED } from './types.js'
import { Weight } from './weights.js'

interface Equation {
  readonly terms: readonly string[]
  readonly result: string
}

/** Stands in a parsed term for the axes of an ellipsis. */
const ELLIPSIS = '.'

function parseEquation(context: NodeContext): Equation {
  const text = context.attributes.string('equation', '').replaceAll(' ', '')
  if (!/^[a-zA-Z.,]*(->[a-zA-Z.]*)?$/.test(text)) context.fail(`the equation "${text}"`)
  const [left = '', right] = text.replaceAll('...', ELLIPSIS).split('->')
  const terms = left.split(',')
  if (terms.length !== context.inputs.length) {
    context.fail(`the equation "${text}" has ${terms.length} terms`)
  }
  return { terms, result: right ?? implicitResult(terms) }
}

/** Without an arrow, letters that occur once, in alphabetical order. */
function implicitResult(terms: readonly string[]): string {
  const all = terms.join('')
  const letters = [...new Set(all)].filter((letter) => letter !== ELLIPSIS)
  const single = letters.filter((letter) => all.indexOf(letter) === all.lastIndexOf(letter))
  return (all.includes(ELLIPSIS) ? ELLIPSIS : '') + single.sort().join('')
}

interface Sizes {
  readonly letters: ReadonlyMap<string, Dim>
  readonly ellipsis: Dims
}

function sizesOf(context: NodeContext, equation: Equation): Sizes {
  const letters = new Map<string, Dim>()
  let ellipsis: Dims = []
  equation.terms.forEach((term, index) => {
    const dims = context.dims(index)
    const hidden = dims.length - term.replace(ELLIPSIS, '').length
    if (hidden < 0 || (hidden > 0 && !term.includes(ELLIPSIS))) {
      context.fail(`the term "${term}" does not fit the rank ${dims.length}`)
    }
    let axis = 0
    for (const letter of term) {
      if (letter === ELLIPSIS) {
        ellipsis = mergeEllipsis(context, ellipsis, dims.slice(axis, axis + hidden))
        axis += hidden
      } else letters.set(letter, mergeSize(context, letters.get(letter), dims[axis++] as Dim))
    }
  })
  return { letters, ellipsis }
}

function mergeSize(context: NodeContext, known: Dim | undefined, size: Dim): Dim {
  if (known === undefined || known === 1) return size
  if (size === 1 || size === known) return known
  return context.same(known, size, 'an index')
}

function mergeEllipsis(context: NodeContext, known: Dims, dims: Dims): Dims {
  if (known.length === 0) return dims
  if (known.length !== dims.length) context.fail('ellipses of different ranks')
  return known.map((size, i) => mergeSize(context, size, dims[i] as Dim))
}

/** Einsum: https://onnx.ai/onnx/operators/onnx__Einsum.html */
export const einsum: Operator = {
  signature: signature('T... -> T', {
    T: { 12: [...SINGLE, Dtype.float64, ...WIDE_SIGNED] },
  }),
  infer(context) {
    const equation = parseEquation(context)
    const { letters, ellipsis } = sizesOf(context, equation)
    const dims = [...equation.result].flatMap((letter) =>
      letter === ELLIPSIS
        ? ellipsis
        : [letters.get(letter) ?? context.fail(`the index "${letter}" is not defined`)],
    )
    return [{ dims }]
  },
  work(context, outputs) {
    const equation = parseEquation(context)
    const pairs = contract(equation, sizesOf(context, equation))
    const copied = context.inputs.reduce((sum, _, i) => sum + elementCount(context.shape(i)), 0)
    const total = (pick: (pair: Pair) => number) => pairs.reduce((sum, pair) => sum + pick(pair), 0)
    const each = milliMacsOf(context.dtype(0), context.dtype(0))
    const moved = copied + elementCount(outputs[0] as Shape) + total((pair) => pair.result)
    return {
      milliMacs: each * total((pair) => pair.macs),
      // The engine parses the equation and orders the axes at every run.
      deciOps: Weight.scatter * moved + Weight.product * (20 + total((pair) => pair.products)),
      workspaceBytes: 16 * moved,
    }
  },
}

/** The product of what is multiplied so far with the next operand. */
interface Pair {
  readonly macs: number
  /** Separate matrix products: one for each value of the indices that both sides share and something later needs. */
  readonly products: number
  readonly result: number
}

/** The products of operands, two at a time from the left, as the engine does them. */
function contract({ terms, result }: Equation, { letters, ellipsis }: Sizes): readonly Pair[] {
  const sizeOf = (letter: string) => {
    const sizes = letter === ELLIPSIS ? ellipsis : [letters.get(letter) ?? 1]
    return sizes.reduce<number>((product, size) => product * (size === FREE ? 1 : size), 1)
  }
  const volume = (some: readonly string[]) => some.reduce((product, l) => product * sizeOf(l), 1)
  let left = [...new Set(terms[0])]
  return terms.slice(1).map((term, i) => {
    const all = [...new Set([...left, ...term])]
    const later = terms.slice(i + 2).join('') + result
    const shared = left.filter((letter) => term.includes(letter) && later.includes(letter))
    left = all.filter((letter) => later.includes(letter))
    return { macs: volume(all), products: volume(shared), result: volume(left) }
  })
}
