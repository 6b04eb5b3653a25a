import { describe, expect, test } from 'vitest'
import { Turns } from './turns.js'

describe('Turns', () => {
  test('lets so many run at a time, and the others in the order in which they came', async () => {
    const turns = new Turns({ atOnce: 2, requests: 10, bytes: 10 })
    const log: string[] = []
    const ends: (() => void)[] = []
    const task = (name: string) =>
      turns.run(async () => {
        log.push(`${name} starts`)
        await new Promise<void>((resolve) => ends.push(resolve))
        log.push(`${name} ends`)
      })
    const tasks = ['a', 'b', 'c', 'd'].map(task)
    expect(log).toEqual(['a starts', 'b starts'])
    ends[0]?.()
    await tasks[0]
    await new Promise(setImmediate)
    expect(log).toEqual(['a starts', 'b starts', 'a ends', 'c starts'])
    ends[1]?.()
    ends[2]?.()
    await Promise.all([tasks[1], tasks[2]])
    await new Promise(setImmediate)
    ends[3]?.()
    await tasks[3]
    expect(log.slice(4)).toEqual(['b ends', 'c ends', 'd starts', 'd ends'])
  })

  test('a task that fails gives its place away', async () => {
    const turns = new Turns({ atOnce: 1, requests: 10, bytes: 10 })
    const failing = turns.run(async () => {
      throw new Error('no')
    })
    const next = turns.run(async () => 'done')
    await expect(failing).rejects.toThrow('no')
    expect(await next).toBe('done')
  })

  test.each([
    ['requests', { requests: 2, bytes: 100 }],
    ['bytes', { requests: 10, bytes: 20 }],
  ])('error: too many %s, until one is done', (_, bounds) => {
    const turns = new Turns({ atOnce: 1, ...bounds })
    turns.admit(10)
    const release = turns.admit(10)
    expect(() => turns.admit(1)).toThrow('Too many inferences wait here already.')
    release()
    expect(() => turns.admit(1)).not.toThrow()
  })
})
