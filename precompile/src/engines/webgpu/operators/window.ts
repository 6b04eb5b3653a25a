import { stridesOf } from '../../../exact/operators/strided.js'
import type { Window } from '../../../exact/operators/window.js'
import type { Shape } from '../../../tensor.js'
import { coordinate } from '../strided.js'

/** WGSL for where one place of a window lies in the input. */
export interface WindowPlace {
  /** Statements that name its coordinates. Those before the first element wrap around to large ones. */
  readonly declare: string
  /** Whether it is an element and not padding. */
  readonly isInside: string
  /** The element's offset within the spatial axes. */
  readonly offset: string
}

/**
 * @param position - WGSL of the number of a window, a `u32`.
 * @param place - WGSL of the number of a place in the window, a `u32`.
 */
export function windowPlace(
  input: Shape,
  output: Shape,
  window: Window,
  position: string,
  place: string,
): WindowPlace {
  const { kernel, strides, dilations, heads } = window
  const [positions, places, offsets] = [output, kernel, input].map(stridesOf) as [
    number[],
    number[],
    number[],
  ]
  const along = input.map((_, axis) => {
    const at = coordinateOf(position, positions, output, axis)
    const within = coordinateOf(place, places, kernel, axis)
    return `let c${axis} = ${at} * ${strides[axis]}u + ${within} * ${dilations[axis]}u - ${heads[axis]}u;`
  })
  return {
    declare: along.join('\n'),
    isInside: input.map((size, axis) => `c${axis} < ${size}u`).join(' && ') || 'true',
    offset: input.map((_, axis) => `c${axis} * ${offsets[axis]}u`).join(' + ') || '0u',
  }
}

function coordinateOf(index: string, every: readonly number[], shape: Shape, axis: number): string {
  if (shape[axis] === 1) return '0u'
  return coordinate(index, every[axis] as number, axis === 0 ? undefined : shape[axis])
}
