import { numbersOf } from '../../../exact/operators/axes.js'
import { Dtype } from '../../../tensor.js'
import type { LoweredInput, LoweringContext } from './lowering.js'

/** Products are those of signed bytes: from an unsigned one and its zero point, 128 is taken off. */
export function signedShift({ dtype }: Pick<LoweredInput, 'dtype'>): number {
  return dtype === Dtype.int8 ? 0 : 128
}

/** Zero points of an input, one or one for each channel: the proof found them to be constants. */
export function zeroPointsOf(context: LoweringContext, index: number): readonly number[] {
  return context.inputs[index] ? numbersOf(context.constant(index)) : [0]
}
