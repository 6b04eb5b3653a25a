import { Dtype, dtypeName, isFloat } from '../../tensor.js'
import type { LoweringContext } from './lowering.js'
import { linear, type Quantised } from './quantised.js'
import { castTo } from './requantise.js'

/** A Cast that loses nothing. */
export function lowerCast(context: LoweringContext): Quantised {
  const to = context.node.attributes.requiredInt('to') as Dtype
  const x = context.input(0)
  if (context.isReal(0)) {
    if (isFloat(to)) return x
    if (to === Dtype.bool) return truth(context, x)
    return context.refuse(
      `reals become ${dtypeName(to)}`,
      'Round after the model, or give it integers from the start.',
    )
  }
  if (to === Dtype.bool) return truth(context, x)
  if (x.dtype === Dtype.bool) return linear(castTo(context.emitter, x, Dtype.uint8), 1)
  if (isFloat(to) || to === Dtype.int64 || to === Dtype.int32) return x
  return context.refuse(`integers become ${dtypeName(to)}`, 'Keep them int32 or int64.')
}

function truth(context: LoweringContext, given: Quantised): Quantised {
  const { emitter } = context
  if (given.dtype === Dtype.bool) return given
  const x = context.unify(given)
  const zero = emitter.scalar(x.dtype, Math.round(x.zeros[0] as number))
  return linear(emitter.node('Not', [emitter.node('Equal', [x, zero])]), 1)
}
