import { bytesPerElement, Dtype, elementCount, type Shape } from '../../tensor.js'
import { broadcast, broadcastTo } from '../infer/broadcast.js'
import type { NodeContext } from '../infer/context.js'
import { type Dim, type Dims, FREE } from '../infer/value.js'
import { einsum } from './einsum.js'
import { milliMacsOf, narrowFactor } from './mac.js'
import type { Operator, OperatorTable, Work } from './operator.js'
import { signature } from './signature.js'
import { BYTES, FLOATS, SINGLE, WIDE } from './types.js'
import { Weight } from './weights.js'
import { outputElements } from './work.js'

/** Dimensions of a product by NumPy's rules: vectors are widened, leading axes broadcast. */
export function productDims(context: NodeContext, a: Dims, b: Dims): Dims {
  if (a.length === 0 || b.length === 0) context.fail('a scalar cannot be multiplied as a matrix')
  const left = a.length === 1 ? [1, ...a] : a
  const right = b.length === 1 ? [...b, 1] : b
  context.same(left.at(-1) as Dim, right.at(-2) as Dim, 'the inner dimension')
  return [
    ...broadcast(context, left.slice(0, -2), right.slice(0, -2)),
    ...(a.length === 1 ? [] : [left.at(-2) as Dim]),
    ...(b.length === 1 ? [] : [right.at(-1) as Dim]),
  ]
}

function productWork(context: NodeContext, outputs: readonly Dims[], a: number, b: number): Work {
  const left = context.shape(a)
  const right = context.shape(b)
  const columns = right.length === 1 ? 1 : (right.at(-1) as number)
  const rows = left.length === 1 ? 1 : (left.at(-2) as number)
  const elements = outputElements(outputs)
  // A right side that is one matrix takes all rows of the left side at once.
  const products = right.length <= 2 || elements === 0 ? 1 : elements / (rows * columns)
  const each = milliMacsOf(context.dtype(a), context.dtype(b)) * narrowFactor(columns)
  return {
    milliMacs: elements * (left.at(-1) as number) * each,
    deciOps: Weight.product * products + rowOps(context.dtype(a)) * Math.ceil(elements / columns),
  }
}

/** Work of one row of a product beside its multiplications: the integer kernels sum up each row. */
function rowOps(dtype: Dtype): number {
  return dtype === Dtype.uint8 || dtype === Dtype.int8 ? 400 : 80
}

const matMul: Operator = {
  signature: signature('T, T -> T', { T: { 6: FLOATS, 9: WIDE } }),
  infer: (context) => [{ dims: productDims(context, context.dims(0), context.dims(1)) }],
  work: (context, outputs) => productWork(context, outputs, 0, 1),
}

const matMulInteger: Operator = {
  signature: signature('A, B, A?, B? -> int32', { A: { 10: BYTES }, B: { 10: BYTES } }),
  infer: (context) => [{ dims: productDims(context, context.dims(0), context.dims(1)) }],
  work: (context, outputs) => productWork(context, outputs, 0, 1),
}

/** Refuses the one pair of quantised types without a kernel: int8 by uint8. */
export function expectQuantized(context: NodeContext): void {
  if (context.dtype(0) === Dtype.int8 && context.dtype(3) === Dtype.uint8) {
    context.unsupportedDtype(3, Dtype.uint8)
  }
}

const qLinearMatMul: Operator = {
  signature: signature('A, S, A, B, S, B, S, A -> A', {
    A: { 10: BYTES },
    B: { 10: BYTES },
    S: { 10: [Dtype.float32] },
  }),
  infer(context) {
    expectQuantized(context)
    return [{ dims: productDims(context, context.dims(0), context.dims(3)) }]
  },
  work: (context, outputs) => {
    const work = productWork(context, outputs, 0, 3)
    return {
      milliMacs: work.milliMacs,
      // The sums become bytes again, row by row.
      deciOps: 2 * work.deciOps + Weight.sigmoid * outputElements(outputs),
      workspaceBytes: outputElements(outputs) * 4,
    }
  },
}

const gemm: Operator = {
  signature: signature('T, T, T? -> T', { T: { 7: FLOATS } }),
  infer(context) {
    if (context.version < 11 && !context.has(2)) context.fail('input 2 is missing')
    const a = oriented(context, 0, 'transA')
    const b = oriented(context, 1, 'transB')
    context.same(a[1], b[0], 'the inner dimension')
    const dims = [a[0], b[1]]
    return [{ dims: context.has(2) ? broadcastTo(context, dims, context.dims(2)) : dims }]
  },
  work(context, outputs) {
    const [rows = 0, columns = 0] = context.shape(0)
    const inner = context.attributes.int('transA', 0) === 0 ? columns : rows
    const elements = outputElements(outputs)
    const [height = 0, width = 0] = outputs[0] as Shape
    const each = milliMacsOf(context.dtype(0), context.dtype(1)) * narrowFactor(width)
    return { milliMacs: elements * inner * each, deciOps: Weight.simple * elements + 80 * height }
  },
}

function oriented(context: NodeContext, index: number, attribute: string): readonly [Dim, Dim] {
  const [rows, columns] = context.expectRank(index, 2) as [Dim, Dim]
  return context.attributes.int(attribute, 0) === 0 ? [rows, columns] : [columns, rows]
}

const det: Operator = {
  signature: signature('T -> T', { T: { 11: SINGLE } }),
  infer(context) {
    const dims = context.dims(0)
    if (dims.length < 2) context.fail('it needs a matrix')
    context.same(dims.at(-1) ?? FREE, dims.at(-2) ?? FREE, 'the side of the square matrix')
    return [{ dims: dims.slice(0, -2) }]
  },
  work(context) {
    const shape = context.shape(0)
    const side = shape.at(-1) as number
    return {
      milliMacs: elementCount(shape) * side * milliMacsOf(context.dtype(0), context.dtype(0)),
      deciOps: 4 * Weight.product * elementCount(shape.slice(0, -2)),
      workspaceBytes: elementCount(shape) * bytesPerElement(context.dtype(0)),
    }
  },
}

/** Matrix products. */
export const matmul: OperatorTable = {
  MatMul: matMul,
  MatMulInteger: matMulInteger,
  QLinearMatMul: qLinearMatMul,
  Gemm: gemm,
  Einsum: einsum,
  Det: det,
}
