import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { parseAddress } from './address.js'
import { Endpoint } from './endpoint.js'
import type { RemoteEvent } from './options.js'

const build = { name: 'test', version: '1', binary: true }
let events: RemoteEvent['type'][]
let endpoint: Endpoint

beforeEach(() => {
  vi.useFakeTimers({ toFake: ['performance'] })
  events = []
  endpoint = new Endpoint(parseAddress('http://127.0.0.1:1'), 1, ({ type }) => events.push(type))
  endpoint.found(build)
})
afterEach(() => {
  endpoint.server.close()
  vi.useRealTimers()
})

test('a remote whose questions fail together is left alone once, for a second at most', () => {
  for (let i = 0; i < 30; i++) endpoint.failed('it hangs')
  vi.advanceTimersByTime(499)
  expect(endpoint.isDue).toBe(false)
  vi.advanceTimersByTime(501)
  expect(endpoint.isDue).toBe(true)
  expect(events).toEqual(['up', 'down'])
})

test('each further failure doubles the time, up to five minutes', () => {
  for (const seconds of [1, 2, 4, 8, 16, 32, 64, 128, 256, 300, 300]) {
    endpoint.failed('it hangs')
    vi.advanceTimersByTime(seconds * 500 - 1)
    expect(endpoint.isDue).toBe(false)
    vi.advanceTimersByTime(seconds * 500 + 1)
    expect(endpoint.isDue).toBe(true)
    endpoint.found(build)
  }
})

test('twenty good answers make up for one failure, a single one does not', () => {
  const spell = () => {
    endpoint.failed('it hangs')
    let ms = 0
    for (; !endpoint.isDue; ms += 100) vi.advanceTimersByTime(100)
    endpoint.found(build)
    return ms
  }
  expect(spell()).toBeLessThanOrEqual(1_000)
  endpoint.succeeded()
  expect(spell()).toBeGreaterThan(900)
  for (let i = 0; i < 40; i++) endpoint.succeeded()
  expect(spell()).toBeLessThanOrEqual(1_000)
})

test('what it said of itself before it failed does not bring it back', () => {
  endpoint.failed('it hangs')
  endpoint.found(build)
  expect(endpoint.state).toBe('down')
})

test('one that was taken out stays out', () => {
  endpoint.expel('it lied')
  vi.advanceTimersByTime(3_600_000)
  endpoint.found(build)
  endpoint.failed('it hangs')
  expect([endpoint.state, endpoint.reason, endpoint.isDue]).toEqual(['out', 'it lied', false])
})
