import { axisOf } from './axes.js'
import { outputOf } from './elementwise.js'
import type { ExactOperator } from './operator.js'
import { offsetsOf, stridesOf } from './strided.js'
import { NUMBERS } from './types.js'

type Either = number | bigint

/** An operator that finds where along an axis an extreme stands first. */
export function argument(word: string, isBetter: (a: Either, b: Either) => boolean): ExactOperator {
  return {
    dtypes: NUMBERS,
    meaning: `the index of the ${word} along an axis; of equals, the first`,
    refused: '`select_last_index`',
    bounds(context) {
      if (context.attributes.int('select_last_index', 0) !== 0) {
        context.refuse('select_last_index is set')
      }
      const { shape } = context.input(0)
      const axis = axisOf(context.attributes.int('axis', 0), shape)
      return [{ low: 0n, high: BigInt((shape[axis] as number) - 1) }]
    },
    evaluate(context) {
      const output = outputOf(context)
      const { shape, data } = context.input(0)
      const axis = axisOf(context.attributes.int('axis', 0), shape)
      const strides = stridesOf(shape)
      const stride = strides[axis] as number
      const starts = offsetsOf(shape.with(axis, 1), strides)
      starts.forEach((start, i) => {
        let best = 0
        for (let k = 1; k < (shape[axis] as number); k++) {
          const [value, champion] = [data[start + k * stride], data[start + best * stride]]
          if (isBetter(value as Either, champion as Either)) best = k
        }
        output.data[i] = BigInt(best)
      })
      return [output]
    },
  }
}
