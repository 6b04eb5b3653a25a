import { type Dtype, elementCount } from '../../tensor.js'
import {
  DATA,
  type Dims,
  type Element,
  type Elements,
  elementList,
  FREE,
  isComputable,
  isConcrete,
  isTracked,
  toElement,
  type Value,
} from './value.js'

/** Elements of an operand, read by position in a result that it broadcasts to. */
export type Reader = (index: number) => Element

/**
 * Elements of a result that only moves its sources' elements.
 * @param compute - Called when every source and the result are small and of known shape.
 */
export function track(
  dims: Dims | undefined,
  sources: readonly Value[],
  compute: (...lists: (readonly Element[])[]) => readonly Element[],
): Elements {
  if (sources.length > 0 && sources.every((source) => source.elements === DATA)) return DATA
  if (isTracked(dims) && sources.every((source) => isTracked(source.dims))) {
    return compute(...sources.map(listOf))
  }
  if (isConcrete(dims) && sources.every((source) => isConcrete(source.dims))) return DATA
  return sources.some(holdsData) ? DATA : FREE
}

/** Elements of a result computed position by position, with ONNX's broadcasting. */
export function fold(
  dtype: Dtype,
  dims: Dims | undefined,
  sources: readonly Value[],
  apply: (...operands: number[]) => number,
): Elements {
  if (sources.some((source) => source.elements === DATA)) return DATA
  return combine(dims, sources, (operands) => {
    let isFree = false
    for (let i = 0; i < operands.length; i++) {
      const operand = operands[i] as Element
      if (operand === FREE) isFree = true
      else if (operand === DATA || !isComputable((sources[i] as Value).dtype, operand)) return DATA
    }
    return isFree ? FREE : toElement(dtype, apply(...(operands as number[])))
  })
}

/**
 * As `fold`, where the function also sees elements that are not known.
 * @param apply - Must not keep its argument, which the next position overwrites.
 */
export function combine(
  dims: Dims | undefined,
  sources: readonly Value[],
  apply: (operands: readonly Element[]) => Element,
): Elements {
  if (sources.some((source) => source.elements === DATA && !isTracked(source.dims))) return DATA
  return track(dims, sources, (...lists) => {
    const shape = dims as readonly number[]
    const readers = lists.map((list, i) =>
      broadcastReader(list, sources[i]?.dims as readonly number[], shape),
    )
    const count = elementCount(shape)
    const result = new Array<Element>(count)
    const operands = new Array<Element>(readers.length)
    for (let index = 0; index < count; index++) {
      for (let i = 0; i < readers.length; i++) operands[i] = (readers[i] as Reader)(index)
      result[index] = apply(operands)
    }
    return result
  })
}

/** Reads a small operand at the positions of the shape that it broadcasts to. */
export function broadcastReader(
  list: readonly Element[],
  from: readonly number[],
  to: readonly number[],
): Reader {
  if (list.length === 1) return () => list[0] as Element
  if (list.length === elementCount(to)) return (index) => list[index] as Element
  const strides = broadcastStrides(from, to)
  return (index) => {
    let rest = index
    let position = 0
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const size = to[axis] as number
      position += (rest % size) * (strides[axis] as number)
      rest = Math.floor(rest / size)
    }
    return list[position] as Element
  }
}

function broadcastStrides(from: readonly number[], to: readonly number[]): readonly number[] {
  const strides = new Array<number>(to.length).fill(0)
  let stride = 1
  for (let i = 1; i <= from.length; i++) {
    const size = from[from.length - i] as number
    if (size !== 1) strides[to.length - i] = stride
    stride *= size
  }
  return strides
}

/**
 * Elements of a small result, each moved from somewhere in its source.
 * @param locate - From a position in the result to the one in the source, an index for each axis.
 */
export function rearrange(
  list: readonly Element[],
  from: readonly number[],
  to: readonly number[],
  locate: (position: readonly number[]) => readonly number[],
): readonly Element[] {
  return Array.from({ length: elementCount(to) }, (_, index) => {
    let rest = index
    const position = new Array<number>(to.length)
    for (let axis = to.length - 1; axis >= 0; axis--) {
      const size = to[axis] as number
      position[axis] = rest % size
      rest = Math.floor(rest / size)
    }
    const source = locate(position)
    return list[source.reduce((at, i, axis) => at * (from[axis] as number) + i, 0)] as Element
  })
}

function listOf(source: Value): readonly Element[] {
  return elementList(source.elements, elementCount(source.dims as readonly number[]))
}

function holdsData(source: Value): boolean {
  const { elements } = source
  return typeof elements === 'string' ? elements === DATA : elements.includes(DATA)
}
