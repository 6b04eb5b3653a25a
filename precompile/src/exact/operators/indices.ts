import type { Interval } from '../interval.js'
import type { BoundsContext } from './operator.js'

/** Ends the proof where an index may be out of range: engines answer that with errors, or not at all. */
export function expectIndices(context: BoundsContext, indices: Interval, size: number): void {
  const { low, high } = indices
  if (low < -size || high >= size) {
    context.refuse(`the indices may be anything from ${low} to ${high}, on an axis of ${size}`)
  }
}

/** An index that may count from the end. */
export function fromFront(index: number, size: number): number {
  return index < 0 ? index + size : index
}
