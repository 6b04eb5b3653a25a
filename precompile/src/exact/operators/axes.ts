import type { Shape } from '../../tensor.js'
import type { IntegerTensor } from '../tensor.js'

/** An axis counted from the front; the validator found it within the shape. */
export function axisOf(axis: number, { length }: Pick<Shape, 'length'>): number {
  return axis < 0 ? axis + length : axis
}

/** The elements of a short constant such as axes, as numbers. */
export function numbersOf({ data }: IntegerTensor): number[] {
  return Array.from(data as Iterable<number | bigint>, Number)
}
