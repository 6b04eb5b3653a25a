import { expect, test } from 'vitest'
import { compareRuns, movement } from './compare.js'
import { measuredIn, mergeRuns, type SavedRun } from './savedRun.js'
import { toTable } from './table.js'

const table = (block: string, loop: string) =>
  toTable(
    'Blocks',
    ['model', 'inferences', 'built in', 'loop'],
    [
      ['MLP', '1', block, loop],
      ['MLP', '10', '12.5 (2.0×)', '-'],
    ],
  )
const run = (date: string, ...texts: string[]): SavedRun => ({
  version: 1,
  date,
  machine: 'here',
  measured: mergeRuns(texts.map((text) => measuredIn('ahead', text))),
})

test('the numbers of a table are found by row and column', () => {
  expect(measuredIn('ahead', `Words.\n\n${table('5.3 (1.8×)', '-3 ms')}\nMore | words.`)).toEqual([
    { bench: 'ahead', table: 'Blocks', row: 'MLP', column: 'inferences', values: [1] },
    { bench: 'ahead', table: 'Blocks', row: 'MLP', column: 'built in', values: [5.3] },
    { bench: 'ahead', table: 'Blocks', row: 'MLP', column: 'loop', values: [-3] },
    { bench: 'ahead', table: 'Blocks', row: 'MLP (2)', column: 'inferences', values: [10] },
    { bench: 'ahead', table: 'Blocks', row: 'MLP (2)', column: 'built in', values: [12.5] },
  ])
})

test('what moved beyond noise is marked', () => {
  const then = run('then', table('5.0', '1'), table('5.4', '2'))
  const now = run('now', table('6.0', '1.5'), table('6.6', '3'))
  expect(compareRuns(then, now)).toBe(
    toTable(
      'Now, beside then',
      ['benchmark', 'row', 'number', 'then', 'now', 'now / then', 'beyond noise'],
      [
        ['ahead', 'MLP', 'inferences', '1', '1', '1.00', ''],
        ['ahead', 'MLP', 'built in', '5.4', '6.6', '1.22', 'more'],
        ['ahead', 'MLP', 'loop', '2', '3', '1.50', ''],
        ['ahead', 'MLP (2)', 'inferences', '10', '10', '1.00', ''],
        ['ahead', 'MLP (2)', 'built in', '12.5', '12.5', '1.00', ''],
      ],
    ),
  )
})

test.each([
  [[1, 2], [3, 4], 'more'],
  [[3, 4], [1, 2], 'less'],
  [[1, 3], [2, 4], ''],
  [[1], [9, 9], 'unknown: --repeat tells'],
])('from %j to %j is %j', (then, now, moved) => {
  expect(movement(then, now)).toBe(moved)
})

test('a number that only one of the runs has is left out', () => {
  const then = run('then', table('5.0', '1'))
  const now = run('now', table('5.0', 'none'))
  expect(compareRuns(then, now)).not.toContain('loop')
})
