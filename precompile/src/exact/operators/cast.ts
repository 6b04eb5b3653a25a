import { Dtype } from '../../tensor.js'
import { lowerCast as lowerCastTo } from '../compile/cast.js'
import type { Lowering } from '../compile/lowering.js'
import type { Interval } from '../interval.js'
import { outputOf } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { ALL } from './types.js'

export const cast: ExactOperator = {
  dtypes: ALL,
  meaning: 'a as another type; as a bool, a ≠ 0',
  refused: 'a value that may not fit the type',
  bounds(context) {
    const { interval } = context.input(0)
    const dtype = context.outputs[0]?.dtype ?? Dtype.bool
    if (dtype === Dtype.bool) return [truth(interval)]
    return [context.fits('the value', interval, dtype)]
  },
  evaluate(context) {
    const output = outputOf(context)
    const source = context.input(0).data
    const isBool = output.dtype === Dtype.bool
    const { data } = output
    for (let i = 0; i < data.length; i++) {
      const value = source[i] as number | bigint
      if (data instanceof BigInt64Array) data[i] = BigInt(value)
      else data[i] = isBool ? Number(value !== 0 && value !== 0n) : Number(value)
    }
    return [output]
  },
}

function truth({ low, high }: Interval): Interval {
  const isZero = low === 0n && high === 0n
  const isNeverZero = low > 0n || high < 0n
  return { low: isNeverZero ? 1n : 0n, high: isZero ? 0n : 1n }
}

/** Between reals nothing changes; from a bool or an integer to a real the integer is kept. */
export const lowerCast: Lowering = (context) => [lowerCastTo(context)]
