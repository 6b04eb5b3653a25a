import { encodedInterval } from '../../exact/encoding.js'
import { isIntegerDtype } from '../../exact/tensor.js'
import { ModelError } from '../../model/errors.js'
import type { Model } from '../../model/model.js'
import { bytesPerElement, elementCount, type Shape, type Tensor } from '../../tensor.js'
import { boundsOf, Elements, type Operand, tensorOf } from './operand.js'

/** What a dimension is given that the caller chooses: alone, a tail, a vector register's width and its tail. */
const FREE_SIZES = [1, 3, 17]
const NOISES = 3
/** Elements that differ; larger inputs repeat them. A prime, so that no row of a tensor is like the one before it. */
const PERIOD = 4093
/** Of all patterns of corners. */
const CORNER_PERIOD = 6

/** Elements by their number, within the bounds of an operand. */
type Pattern = (low: bigint, high: bigint) => (index: number) => bigint

/** Where sums saturate and products are largest. */
const CORNERS: readonly Pattern[] = [
  (low) => () => low,
  (_, high) => () => high,
  (low, high) => (i) => (i % 2 === 0 ? low : high),
  (low, high) => (i) => (i % 3 === 0 ? high : low),
]

/**
 * Inputs on which an engine is held to the right answers before it may run this very model: the ends of what its inputs
 * may hold, all at once and in turns, and noise of which half are such ends.
 * @param seed - Of the noise.
 * @returns one list of inputs a run; none where no inputs of the model are known to fit together.
 */
export function writeQuestions(model: Model, seed: number): Tensor[][] {
  return closedShapes(model).flatMap((shapes, round) => {
    const operands = operandsOf(model, shapes)
    if (!operands) return []
    const corners = CORNERS.map((pattern) => operands.map((operand) => cornerOf(operand, pattern)))
    const noises = Array.from({ length: NOISES }, (_, i) => {
      const elements = new Elements(seed + NOISES * round + i)
      return operands.map((operand) => repeated(operand, PERIOD, (few) => elements.of(few, [])))
    })
    return [...corners, ...noises]
  })
}

function cornerOf(operand: Operand, pattern: Pattern): Tensor {
  const element = pattern(...boundsOf(operand))
  return repeated(operand, CORNER_PERIOD, ({ shape }) =>
    Array.from({ length: elementCount(shape) }, (_, i) => element(i)),
  )
}

/** A tensor of elements that repeat: making each of them takes the thread that serves requests too long. */
function repeated(
  operand: Operand,
  period: number,
  make: (few: Operand) => readonly bigint[],
): Tensor {
  const { dtype, shape } = operand
  const count = elementCount(shape)
  const few = { ...operand, shape: [Math.min(period, count)] }
  const pattern = tensorOf(few, make(few)).data
  const data = new Uint8Array(count * bytesPerElement(dtype))
  for (let at = 0; at < data.length; at += pattern.length) {
    data.set(pattern.subarray(0, data.length - at), at)
  }
  return { dtype, shape, data }
}

/** Shapes that the graph takes, for a few sizes of what the caller chooses. */
function closedShapes(model: Model): (readonly Shape[])[] {
  const isOpen = model.inputs.some(({ shape }) => shape.includes(-1))
  const sizes = isOpen ? FREE_SIZES : [0]
  return sizes
    .map((size) => model.inputs.map(({ shape }) => shape.map((d) => (d === -1 ? size : d))))
    .filter((shapes) => takes(model, shapes))
}

function takes(model: Model, shapes: readonly Shape[]): boolean {
  try {
    model.evaluate(shapes)
    return true
  } catch (error) {
    if (error instanceof ModelError) return false
    throw error
  }
}

function operandsOf(model: Model, shapes: readonly Shape[]): Operand[] | undefined {
  const operands = model.inputs.flatMap(({ dtype }, i): Operand[] => {
    if (!isIntegerDtype(dtype)) return []
    const encoding = model.encodings?.inputs[i]
    return [{ dtype, shape: shapes[i] as Shape, ...(encoding && encodedInterval(encoding)) }]
  })
  return operands.length === model.inputs.length ? operands : undefined
}
