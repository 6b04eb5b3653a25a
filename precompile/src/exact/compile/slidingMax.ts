import { Dtype } from '../../tensor.js'
import type { Emitted } from './emit.js'
import type { LoweringContext } from './lowering.js'
import type { Quantised } from './quantised.js'
import { castTo } from './requantise.js'
import { type Pads, reachingPads, type Sliding } from './window.js'

/** The largest under a window for integers from 0, axis by axis: MaxPool knows no type of more than 8 bits. */
export function slidingMax(
  context: LoweringContext,
  x: Quantised,
  window: Sliding,
  pads: Pads,
): Quantised {
  const { emitter } = context
  const positions = context.outputShape(0).slice(2)
  const borders = reachingPads(x.shape.slice(2), positions, window, pads)
  const { length } = positions
  // The lowest integer is never larger than what the window holds beside it.
  const around = [0, 0, ...borders.slice(0, length), 0, 0, ...borders.slice(length)]
  const wide = castTo(emitter, x, Dtype.int32)
  const lowest = emitter.scalar(Dtype.int32, 0)
  let value: Emitted = around.every((border) => border === 0)
    ? wide
    : emitter.node('Pad', [wide, emitter.list(around), lowest])
  positions.forEach((count, axis) => {
    const stride = window.strides[axis] as number
    const places = Array.from({ length: window.kernel[axis] as number }, (_, k) => {
      const start = k * (window.dilations[axis] as number)
      const lists = [[start], [start + (count - 1) * stride + 1], [axis + 2], [stride]]
      return emitter.node('Slice', [value, ...lists.map((list) => emitter.list(list))])
    })
    value = places.length === 1 ? (places[0] as Emitted) : emitter.node('Max', places)
  })
  return { ...x, ...castTo(emitter, value, x.dtype) }
}
