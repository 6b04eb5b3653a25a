import { Dtype } from '../../tensor.js'
import { exponentials, rowsOf } from '../compile/exponentials.js'
import type { Lowering } from '../compile/lowering.js'
import { linear } from '../compile/quantised.js'
import { castTo } from '../compile/requantise.js'

/** Steps from 0 to 1 of a result that nothing narrows. */
const WIDE_STEPS = 2 ** 15

/** e^(x − max), divided by the sum along the axis. */
export const lowerSoftmax: Lowering = (context) => {
  const { emitter } = context
  const rows = rowsOf(context)
  const steps = context.bits === 16 ? 65535 : context.isWide(0) ? WIDE_STEPS : 255
  const { terms, sum } = exponentials(context, rows, steps)
  const scaled = emitter.node('Mul', [terms, emitter.scalar(Dtype.int32, steps)])
  const half = emitter.node('Div', [sum, emitter.scalar(Dtype.int32, 2)])
  const shares = emitter.node('Div', [emitter.node('Add', [scaled, half]), sum])
  const bounds = [0, steps].map((bound) => emitter.scalar(Dtype.int32, bound))
  const clipped = emitter.node('Clip', [shares, ...bounds])
  const narrow = steps === 255 ? castTo(emitter, clipped, Dtype.uint8) : clipped
  return [linear(rows.restore(narrow), 1 / steps)]
}
