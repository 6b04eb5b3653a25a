import { broadcastShape, broadcastStrides } from '../../../exact/operators/broadcast.js'
import { elementCount, type Shape } from '../../../tensor.js'
import type { Emit, FormulaText } from '../formula.js'
import { stridedIndex } from '../strided.js'
import { converted } from './elementwise.js'
import type { Lowering } from './lowering.js'

/** Matrices by NumPy's rules: vectors are widened, leading axes broadcast. */
export interface Matrices {
  readonly rows: number
  readonly inner: number
  readonly columns: number
  readonly batches: number
  /** Matrices on each side. */
  readonly lefts: number
  readonly rights: number
  /** WGSL for which matrix of a side belongs to `batch`. */
  readonly left: string
  readonly right: string
}

export function matricesOf(a: Shape, b: Shape): Matrices {
  const left = a.length === 1 ? [1, ...a] : a
  const right = b.length === 1 ? [...b, 1] : b
  const [rows, inner] = left.slice(-2) as [number, number]
  const columns = right.at(-1) as number
  const [leftBatch, rightBatch] = [left.slice(0, -2), right.slice(0, -2)]
  const batch = broadcastShape(leftBatch, rightBatch)
  const [lefts, rights, batches] = [leftBatch, rightBatch, batch].map(elementCount) as [
    number,
    number,
    number,
  ]
  // Where all share one right side, their rows are those of one matrix.
  if (rights === 1 && lefts === batches) {
    const one = { lefts: 1, rights: 1, batches: 1, left: '0u', right: '0u' }
    return { rows: rows * lefts, inner, columns, ...one }
  }
  const which = (shape: Shape) => stridedIndex('batch', batch, broadcastStrides(batch, shape))
  return {
    rows,
    inner,
    columns,
    batches,
    lefts,
    rights,
    left: which(leftBatch),
    right: which(rightBatch),
  }
}

/** Products of matrices of any type, an element a thread. @param term - WGSL for the product of two elements. */
export function matrixProduct(
  matrices: Matrices,
  layout: FormulaText['layout'],
  term: (emit: Emit, left: string, right: string) => string,
): FormulaText {
  const { rows, inner, columns, batches, left, right } = matrices
  const isWide = layout === 'i64'
  return {
    count: batches * rows * columns,
    layout,
    body(emit) {
      if (inner === 0) return `return ${isWide ? 'vec2<u32>()' : '0i'};`
      const product = term(emit, 'a + k', `b + k * ${columns}u`)
      return `let column = i % ${columns}u;
let row = (i / ${columns}u) % ${rows}u;
let batch = i / ${rows * columns}u;
let a = (${left} * ${rows}u + row) * ${inner}u;
let b = ${right} * ${inner * columns}u + column;
var sum = ${isWide ? 'vec2<u32>()' : '0i'};
for (var k = 0u; k < ${inner}u; k++) {
  sum = ${isWide ? `${emit.use('add64')}(sum, ${product})` : `sum + ${product}`};
}
return ${converted('sum', isWide, layout, emit)};`
    },
  }
}

/** Sums that fit 32 bits are computed in 32 bits: what is above them falls away. */
export const matMul: Lowering = ({ planner, output, input }) => {
  const [a, b] = [input(0), input(1)]
  const { layout } = output
  const text = matrixProduct(matricesOf(a.shape, b.shape), layout, (emit, left, right) =>
    layout === 'i64'
      ? `${emit.use('mul64')}(${emit.wide(0, left)}, ${emit.wide(1, right)})`
      : `${emit.low(0, left)} * ${emit.low(1, right)}`,
  )
  const readings = [a, b].map(({ source }) => ({ source, reads: 'often' as const }))
  return [planner.formula(text, readings)]
}
