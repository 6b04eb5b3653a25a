import { isPacked } from '../layout.js'
import type { Product } from '../product.js'
import type { Source } from '../source.js'
import type { Lowering, LoweringContext } from './lowering.js'
import { type Matrices, matricesOf, matrixProduct } from './matMul.js'
import { multiplyPacked, packElements, packedLength, packRight } from './packedProduct.js'
import { signedShift, zeroPointsOf } from './zeroPoint.js'

const [A_ZERO, B_ZERO] = [2, 3] as const

export const matMulInteger: Lowering = (context) => {
  const [a, b] = [context.input(0), context.input(1)]
  const matrices = matricesOf(a.shape, b.shape)
  if (matrices.inner === 0 || context.output.count === 0) return [empty(context, matrices)]
  return [b.constant ? withConstant(context, matrices) : withVariable(context, matrices)]
}

/** A sum of nothing. */
function empty({ planner }: LoweringContext, matrices: Matrices): Source {
  return planner.formula(
    matrixProduct(matrices, 'i32', () => '0i'),
    [],
  )
}

function withConstant(context: LoweringContext, matrices: Matrices): Source {
  const { planner } = context
  const b = context.input(1)
  const { inner, columns, rows, batches, rights } = matrices
  const depth = packedLength(inner)
  const elements = context.constant(1).data
  const zeros = zeroPointsOf(context, B_ZERO)
  const right = packRight(planner, {
    groups: rights,
    depth,
    columns,
    terms: inner,
    byte(group, k, column, j) {
      const term = 4 * k + j
      if (term >= inner) return 0
      return (elements[(group * inner + term) * columns + column] as number) - signedShift(b)
    },
    leftZero: leftZeroOf(context),
    rightZero: (_, column) => (zeros[zeros.length === 1 ? 0 : column] as number) - signedShift(b),
  })
  const { source, left } = leftSide(context, matrices)
  return multiplyPacked(planner, source, right, {
    batches,
    rows,
    columns,
    depth,
    inner: 'columns',
    left,
    group: matrices.right,
  })
}

/** Both sides come out of the graph: the right one is packed in each run, and its sums are taken as they come. */
function withVariable(context: LoweringContext, matrices: Matrices): Source {
  const { planner } = context
  const b = context.input(1)
  const { inner, columns, rows, batches, rights } = matrices
  const depth = packedLength(inner)
  const packed = packElements(planner, b.source, {
    words: rights * depth * columns,
    locate: `let column = i % ${columns}u;
let k = (i / ${columns}u) % ${depth}u * 4u;
let at = (i / ${depth * columns}u * ${inner}u + k) * ${columns}u + column;`,
    step: columns,
    ...(inner % 4 !== 0 && { isTerm: (j: number) => `k + ${j}u < ${inner}u` }),
    shift: signedShift(b),
  })
  const [leftZero, zeros] = [leftZeroOf(context), zeroPointsOf(context, B_ZERO)]
  const shifted = zeros.map((zero) => zero - signedShift(b))
  const perColumn = (values: readonly number[]): Source =>
    values.length === 1
      ? { kind: 'literal', value: BigInt(values[0] as number) }
      : planner.weight('i32', columns, new Uint32Array(Int32Array.from(values).buffer))
  const { source, left } = leftSide(context, matrices)
  const offsets = perColumn(shifted.map((zero) => inner * leftZero * zero))
  const product: Product = {
    batches,
    rows,
    columns,
    depth,
    inner: 'columns',
    left,
    right: (emit) =>
      `return ${emit.word(1, `(${matrices.right} * ${depth}u + k) * ${columns}u + column`)};`,
    offset: (emit) => emit.low(2, 'column'),
    ...(shifted.some((zero) => zero !== 0) && {
      leftFactor: (emit) => emit.low(3, 'column'),
      leftOnes: '0x01010101u',
    }),
    ...(leftZero !== 0 && { rightFactor: `${leftZero}i` }),
  }
  return planner.product(product, [source, packed, offsets, perColumn(shifted)])
}

function leftZeroOf(context: LoweringContext): number {
  return (zeroPointsOf(context, A_ZERO)[0] as number) - signedShift(context.input(0))
}

/** Rows of whole words are read as they are stored, others are packed anew. */
function leftSide(
  { planner, input }: LoweringContext,
  { rows, inner, lefts, left }: Matrices,
): { readonly source: Source; readonly left: Product['left'] } {
  const a = input(0)
  const depth = packedLength(inner)
  const at = `(${left} * ${rows}u + row) * ${depth}u + k`
  if (inner % 4 === 0) {
    const storage = planner.store(a.source)
    if (isPacked(storage.layout)) {
      const flip = signedShift(a) === 0 ? '' : ' ^ 0x80808080u'
      return {
        source: { kind: 'stored', storage },
        left: (emit) => `return ${emit.word(0, at)}${flip};`,
      }
    }
  }
  const source = packElements(planner, a.source, {
    words: lefts * rows * depth,
    locate: `let k = i % ${depth}u * 4u;\nlet at = i / ${depth}u * ${inner}u + k;`,
    step: 1,
    ...(inner % 4 !== 0 && { isTerm: (j: number) => `k + ${j}u < ${inner}u` }),
    shift: signedShift(a),
  })
  return { source, left: (emit) => `return ${emit.word(0, at)};` }
}
