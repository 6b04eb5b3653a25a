import { describe, expect, test, vi } from 'vitest'
import { Budget, TraceLimitError } from './budget.js'

const { signal } = new AbortController()

/** Whether it is others' turn after some time. */
function turnAfter(ms: number, budget: () => Budget): boolean {
  vi.useFakeTimers({ toFake: ['performance'] })
  try {
    const made = budget()
    vi.advanceTimersByTime(ms)
    return made.isTurnOver()
  } finally {
    vi.useRealTimers()
  }
}

describe('Budget', () => {
  test('ends a trace after a minute', () => {
    const timed = () => new Budget({ signal })
    expect(turnAfter(59_000, timed)).toBe(true)
    expect(() => turnAfter(61_000, timed)).toThrow(TraceLimitError)
  })

  test('lets a block that was sealed once be executed again, however long that takes', () => {
    expect(turnAfter(3_600_000, () => new Budget({ signal, isUntimed: true }))).toBe(true)
  })

  test('error: the node closes', () => {
    const budget = () => new Budget({ signal: AbortSignal.abort(), isUntimed: true })
    expect(() => turnAfter(20, budget)).toThrow(/is closing/)
  })
})
