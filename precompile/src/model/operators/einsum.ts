import { Dtype } from '../../tensor.js'
import type { NodeContext } from '../infer/context.js'
import { type Dim, type Dims, FREE } from '../infer/value.js'
import { milliMacsOf } from './mac.js'
import type { Operator } from './operator.js'
import { signature } from './signature.js'
import { SINGLE, WIDE_SIGNED } from './types.js'

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
    const { letters, ellipsis } = sizesOf(context, parseEquation(context))
    const sizes = [...letters.values(), ...ellipsis]
    const points = sizes.reduce<number>((product, size) => product * (size === FREE ? 1 : size), 1)
    const pairs = Math.max(1, context.inputs.length - 1)
    const copied = context.inputs.reduce((sum, _, i) => sum + elements(context.shape(i)), 0)
    return {
      milliMacs: points * pairs * milliMacsOf(context.dtype(0), context.dtype(0)),
      deciOps: 40 * copied,
      // Three or more operands are multiplied in pairs, whose result may span every index.
      workspaceBytes:
        16 * (copied + elements(outputs[0] as readonly number[])) + (pairs > 1 ? 8 * points : 0),
    }
  },
}

function elements(shape: readonly number[]): number {
  return shape.reduce((product, size) => product * size, 1)
}
