import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { createGasSchedule, defaultSchedule } from './schedule.js'
import { defaultGasTable } from './table.js'

const nothing = { macs: 0, elementOps: 0, bytesMoved: 0, nodes: 0, weightBytes: 0, peakBytes: 0 }
const amount = fc.integer({ min: 0, max: Number.MAX_SAFE_INTEGER })
const cost = fc.record({
  macs: amount,
  elementOps: amount,
  bytesMoved: amount,
  nodes: amount,
  weightBytes: amount,
  peakBytes: amount,
})

describe('inference', () => {
  test('a call that runs nothing pays the base price', () => {
    expect(defaultSchedule.inference(nothing)).toBe(BigInt(defaultGasTable.base))
  })

  test('a started unit costs a whole gas', () => {
    const { macsPerGas, base } = defaultGasTable
    expect(defaultSchedule.inference({ ...nothing, macs: 1 })).toBe(BigInt(base) + 1n)
    expect(defaultSchedule.inference({ ...nothing, macs: macsPerGas })).toBe(BigInt(base) + 1n)
    expect(defaultSchedule.inference({ ...nothing, macs: macsPerGas + 1 })).toBe(BigInt(base) + 2n)
  })

  test('more of anything never costs less, and every number of a cost counts', () => {
    fc.assert(
      fc.property(
        cost,
        fc.constantFrom(...(Object.keys(nothing) as (keyof typeof nothing)[])),
        (some, key) => {
          const less = { ...some, [key]: Math.floor(some[key] / 2) }
          const difference = defaultSchedule.inference(some) - defaultSchedule.inference(less)
          expect(difference >= 0n).toBe(true)
          if (some[key] - less[key] > 1_000) expect(difference > 0n).toBe(true)
        },
      ),
    )
  })
})

test('words are counted each way, started ones whole', () => {
  const { word } = defaultGasTable
  expect(defaultSchedule.words(33, 32)).toBe(3n * BigInt(word))
})

test('registration grows with nodes and bytes', () => {
  const schedule = createGasSchedule({
    ...defaultGasTable,
    registration: 5,
    registrationNode: 7,
    registrationBytesPerGas: 2,
  })
  expect(schedule.registration({ bytes: 3, nodes: 2 })).toBe(5n + 14n + 2n)
})
