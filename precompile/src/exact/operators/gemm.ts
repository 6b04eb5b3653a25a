import type { Lowering, LoweringContext } from '../compile/lowering.js'
import { denseProduct, dynamicProduct } from '../compile/product.js'
import { type Quantised, UNCLAMPED } from '../compile/quantised.js'
import { addTensors } from '../compile/sum.js'

/** alpha · A' · B' + beta · C */
export const lowerGemm: Lowering = (context) => {
  const { attributes } = context.node
  const alpha = attributes.float('alpha', 1)
  const beta = attributes.float('beta', 1)
  const a = transposed(context, context.narrow(0), attributes.int('transA', 0) !== 0)
  const isTransposed = attributes.int('transB', 0) !== 0
  const weights = context.constant(1)
  const bias = context.constant(2)
  const [, columns] = context.outputShape(0) as [number, number]
  const isRow = bias !== undefined && bias.values.length === (bias.shape.at(-1) ?? 1)
  if (!weights) {
    const b = transposed(context, context.narrow(1), isTransposed)
    const product = dynamicProduct(context, a, b)
    return [addRest(context, scaled(product, alpha), beta)]
  }
  const matrix = isTransposed ? transpose(weights.values, weights.shape) : weights.values
  const offsets = Array.from({ length: columns }, (_, column) =>
    isRow ? beta * (bias.values[bias.values.length === 1 ? 0 : column] as number) : 0,
  )
  const product = denseProduct(context, a, {
    values: matrix.map((weight) => alpha * weight),
    shape: [matrix.length / columns, columns],
    biases: offsets,
  })
  return [isRow ? product : addRest(context, product, beta)]
}

function addRest(context: LoweringContext, product: Quantised, beta: number): Quantised {
  if (!context.has(2) || beta === 0) return product
  return addTensors(context, product, scaled(context.input(2), beta))
}

function scaled(value: Quantised, factor: number): Quantised {
  if (factor === 1) return value
  return { ...value, scales: value.scales.map((scale) => scale * factor), clamp: UNCLAMPED }
}

function transposed({ emitter }: LoweringContext, value: Quantised, isTransposed: boolean) {
  if (!isTransposed) return value
  return { ...value, ...emitter.node('Transpose', [value], { perm: [1n, 0n] }) }
}

function transpose(values: Float64Array, [rows = 0, columns = 0]: readonly number[]): Float64Array {
  const result = new Float64Array(values.length)
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      result[column * rows + row] = values[row * columns + column] as number
    }
  }
  return result
}
