import { keyOf, type Measured, type SavedRun } from './savedRun.js'
import { median, toTable } from './table.js'

/** Numbers of two runs beside each other, and which of them moved by more than they move by themselves. */
export function compareRuns(then: SavedRun, now: SavedRun): string {
  const before = new Map(then.measured.map((one) => [keyOf(one), one]))
  const rows = now.measured.flatMap((one): string[][] => {
    const other = before.get(keyOf(one))
    return other ? [rowOf(other, one)] : []
  })
  const machines =
    then.machine === now.machine ? '' : `\nOn another machine then: ${then.machine}.\n`
  const title = `Now, beside ${then.date}`
  const header = ['benchmark', 'row', 'number', 'then', 'now', 'now / then', 'beyond noise']
  return `${toTable(title, header, rows)}${machines}`
}

function rowOf(then: Measured, now: Measured): string[] {
  const [a, b] = [median(then.values), median(now.values)]
  return [
    now.bench,
    now.row,
    now.column,
    String(a),
    String(b),
    a === 0 ? '' : (b / a).toFixed(2),
    movement(then.values, now.values),
  ]
}

/**
 * Whether all that was measured now lies on one side of all that was measured then. One run of each says nothing of how
 * far a number moves by itself.
 */
export function movement(then: readonly number[], now: readonly number[]): string {
  if (then.length < 2 || now.length < 2) return 'unknown: --repeat tells'
  if (Math.min(...now) > Math.max(...then)) return 'more'
  if (Math.max(...now) < Math.min(...then)) return 'less'
  return ''
}
