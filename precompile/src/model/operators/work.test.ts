import { describe, expect, test } from 'vitest'
import { broadcastLoops, copiedRuns, halvings } from './work.js'

describe('broadcastLoops', () => {
  test('operands of one shape take a single loop', () => {
    expect(
      broadcastLoops(
        [8, 4, 2],
        [
          [8, 4, 2],
          [8, 4, 2],
        ],
      ),
    ).toBe(1)
  })

  test('a row added to a matrix takes a loop for each row', () => {
    expect(broadcastLoops([8, 4], [[8, 4], [4]])).toBe(8)
  })

  test('a column added to a matrix of narrow rows takes as many loops as there are rows', () => {
    expect(
      broadcastLoops(
        [1000, 2],
        [
          [1000, 2],
          [1000, 1],
        ],
      ),
    ).toBe(1000)
  })

  test('axes of size 1 end no loop, and an empty result has none', () => {
    expect(broadcastLoops([4, 1, 8], [[4, 1, 8], []])).toBe(1)
    expect(broadcastLoops([4, 0], [[4, 0], [1]])).toBe(0)
  })
})

describe('copiedRuns', () => {
  test('what is cut from the first axis is one run', () => {
    expect(copiedRuns([8, 4], [3, 4], () => 3)).toBe(1)
  })

  test('what is cut from the last axis is a run for each row', () => {
    expect(copiedRuns([8, 4], [8, 2], () => 2)).toBe(8)
  })

  test('repeating a single element copies it every time', () => {
    expect(copiedRuns([1, 1], [4, 8], () => 1)).toBe(32)
  })
})

test.each([
  [0, 0],
  [1, 0],
  [2, 1],
  [3, 2],
  [1024, 10],
  [1025, 11],
])('%i halve down to one in %i steps', (count, steps) => {
  expect(halvings(count)).toBe(steps)
})
