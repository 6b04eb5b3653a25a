import { Dtype } from '../../tensor.js'
import type { ChannelConstant } from './affine.js'
import type { LoweringContext } from './lowering.js'
import { channelShape, linear, magnitudeOf, type Quantised } from './quantised.js'
import { perChannel } from './weights.js'

const INPUT_MAX = 2 ** 17
const SLOPE_STEPS = 2 ** 12

/** x above zero, slope · x below it. */
export function bentAtZero(context: LoweringContext, slopes: ChannelConstant): Quantised {
  const { emitter } = context
  const x = single(context)
  const [scale = 1] = x.scales
  const steps = Math.min(SLOPE_STEPS, Math.floor(2 ** 30 / Math.max(1, magnitudeOf(x))))
  const factors = Array.from(slopes.values, (slope) => Math.round(slope * steps))
  if (factors.some((factor) => Math.abs(factor) > 2 * steps)) context.refuse('a slope is beyond 2')
  const shape = channelShape({ ...x, axis: slopes.axis }, factors.length)
  const zero = emitter.scalar(Dtype.int32, 0)
  const above = emitter.node('Mul', [
    emitter.node('Max', [x, zero]),
    emitter.scalar(Dtype.int32, steps),
  ])
  const below = emitter.node('Mul', [
    emitter.node('Min', [x, zero]),
    perChannel(emitter, Dtype.int32, shape, factors),
  ])
  return linear(emitter.node('Add', [above, below], {}, context.node.name), scale / steps)
}

/** The input less its zero, with one scale above zero. */
function single(context: LoweringContext): Quantised {
  const x = context.centred(0, INPUT_MAX)
  const isSingle = x.scales.length === 1 && (x.scales[0] as number) > 0
  return isSingle ? x : context.centredNarrow(0)
}
