import { Dtype } from '../../tensor.js'
import { given } from '../comparison.js'
import type { Lowering } from '../compile/lowering.js'
import type { Quantised } from '../compile/quantised.js'
import { type Interval, union } from '../interval.js'
import { broadcastOffsets } from './broadcast.js'
import { outputOf } from './elementwise.js'
import type { ExactOperator } from './operator.js'

export const where: ExactOperator = {
  dtypes: [Dtype.uint8, Dtype.int32, Dtype.int64],
  dataInput: 1,
  meaning: 'a where the condition holds, b elsewhere; where that compares a or b, it bounds them',
  bounds(context) {
    const [{ comparison }, yes, no] = [context.input(0), context.input(1), context.input(2)]
    const intervals = [given(yes, comparison, true), given(no, comparison, false)]
    return [union(...intervals.filter((interval): interval is Interval => interval !== undefined))]
  },
  evaluate(context) {
    const output = outputOf(context)
    const [condition, yes, no] = [0, 1, 2].map((index) => {
      const { shape, data } = context.input(index)
      // Elements are only moved, so it does not matter that those of int64 are bigints.
      return { data: data as Int32Array, offsets: broadcastOffsets(output.shape, shape) }
    }) as [Operand, Operand, Operand]
    const result = output.data as Int32Array
    for (let i = 0; i < result.length; i++) {
      const { data, offsets } = elementOf(condition, i) === 0 ? no : yes
      result[i] = data[offsets[i] as number] as number
    }
    return [output]
  },
}

interface Operand {
  readonly data: Int32Array
  readonly offsets: Int32Array
}

function elementOf({ data, offsets }: Operand, index: number): number {
  return data[offsets[index] as number] as number
}

export const lowerWhere: Lowering = (context) => {
  const [yes, no] = [context.input(1), context.input(2)]
  const isMoved = !context.isReal(1) || context.isWide(0)
  const branches = isMoved
    ? context.align([yes, no])
    : [yes, no].map((value) => context.requantise(value, context.encoding(0)))
  const [first] = branches as [Quantised, Quantised]
  return [{ ...first, ...context.emitter.node('Where', [context.input(0), ...branches]) }]
}
