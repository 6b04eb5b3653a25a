import fc from 'fast-check'
import { expect, test } from 'vitest'
import { Dtype } from '../../tensor.js'
import { writeEncodings } from '../encoding.js'
import { hull } from '../interval.js'
import { readExactGraph } from '../read.js'
import { evaluateExact } from '../reference.js'
import { fromTensor, integerTensor, toTensor } from '../tensor.js'
import { Emitter } from './emit.js'
import { type Encoded, linear } from './quantised.js'
import { requantise } from './requantise.js'

const target: Encoded = { dtype: Dtype.int32, scale: 2 ** -10, zero: 30_000, high: 65_535 }
const REACH = 2n ** 40n

/**
 * Two channels of int64 in one encoding. The scale of the first is so coarse that its quotients leave int32, as those
 * of a channel with hardly any weight do once bounds are known for the whole tensor alone.
 */
function requantised(scales: readonly number[], elements: readonly bigint[]) {
  const emitter = new Emitter(new Set(['x', 'y']))
  const input = emitter.input('x', Dtype.int64, [2], hull(-REACH, REACH))
  const value = { ...linear(input, 1), scales, zeros: scales.map(() => 0) }
  const output = emitter.output(requantise(emitter, value, target), 'y')
  const encodings = {
    inputs: [
      { kind: 'linear', numerator: 1n, denominator: 1n, zero: 0n, low: -REACH, high: REACH },
    ],
    outputs: [undefined],
  } as const
  const exact = readExactGraph(emitter.bytes([output], [writeEncodings(encodings)]))
  const [result] = evaluateExact(exact, [toTensor(integerTensor(Dtype.int64, [2], elements))])
  return { output, elements: [...fromTensor(result as never).data].map(Number) }
}

test('a quotient beyond int32 is clamped, and one within the target is rounded to nearest', () => {
  const element = fc.oneof(
    fc.bigInt({ min: -REACH, max: REACH }),
    fc.bigInt({ min: -(2n ** 24n), max: 2n ** 24n }),
    fc.constantFrom(-REACH, REACH, 0n),
  )
  const scale = fc.integer({ min: 0, max: 30 }).map((bits) => 2 ** -bits)
  fc.assert(
    fc.property(fc.tuple(scale, scale), fc.tuple(element, element), (scales, elements) => {
      const { output, elements: got } = requantised(scales, elements)
      expect(output.interval).toEqual({ low: 0n, high: 65_535n })
      got.forEach((q, i) => {
        const real = Number(elements[i]) * (scales[i] as number)
        const exact = real / target.scale + target.zero
        const inside = Math.min(target.high, Math.max(0, exact))
        expect(Math.abs(q - inside)).toBeLessThanOrEqual(0.5 + 1 / 8)
      })
    }),
  )
})
