import type { Attributes } from '../../model/graph/attributes.js'
import { elementCount, type Shape } from '../../tensor.js'
import type { BoundsContext } from './operator.js'
import { offsetsOf, stridesOf } from './strided.js'

/** A kernel that slides over spatial axes. */
export interface Window {
  readonly kernel: Shape
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Padding before the first element of each axis. */
  readonly heads: readonly number[]
}

/** @param kernel - Its size on each spatial axis. */
export function windowOf(attributes: Attributes, kernel: Shape): Window {
  const all = (value: number) => kernel.map(() => value)
  return {
    kernel,
    strides: attributes.ints('strides') ?? all(1),
    dilations: attributes.ints('dilations') ?? all(1),
    heads: attributes.ints('pads') ?? all(0),
  }
}

/** Whether a window may cover padding. Ends the proof for pads that the engine derives. */
export function isPadded(context: BoundsContext): boolean {
  const { attributes } = context
  const automatic = attributes.string('auto_pad', 'NOTSET')
  if (automatic !== 'NOTSET') {
    context.refuse(`auto_pad is "${automatic}"`, 'Write the pads out.')
  }
  return (attributes.ints('pads') ?? []).some((size) => size !== 0)
}

/**
 * Where the elements under a window lie.
 * @returns for each place of the kernel, for each position of the window, the offset within the spatial axes; −1 is padding.
 */
export function windowOffsets(input: Shape, output: Shape, window: Window): Int32Array {
  const { kernel, strides, dilations, heads } = window
  const positions = elementCount(output)
  const places = elementCount(kernel)
  const offsets = new Int32Array(places * positions)
  const inputStrides = stridesOf(input)
  input.forEach((size, axis) => {
    // One axis at a time: where the window stands, and which place of it, along this axis.
    const alone = output.map((_, i) => (i === axis ? 1 : 0))
    const at = offsetsOf(output, alone)
    const inKernel = offsetsOf(kernel, alone)
    for (let place = 0; place < places; place++) {
      const shift =
        (inKernel[place] as number) * (dilations[axis] as number) - (heads[axis] as number)
      for (let position = 0; position < positions; position++) {
        const i = place * positions + position
        const along = (at[position] as number) * (strides[axis] as number) + shift
        const isInside = along >= 0 && along < size && offsets[i] !== -1
        offsets[i] = isInside ? (offsets[i] as number) + along * (inputStrides[axis] as number) : -1
      }
    }
  })
  return offsets
}
