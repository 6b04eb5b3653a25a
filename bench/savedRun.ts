import { readFile, writeFile } from 'node:fs/promises'
import { readTables } from './table.js'

/** One number of a table, once for each time that the benchmark ran. */
export interface Measured {
  readonly bench: string
  readonly table: string
  /** The first cell of its row, with the number of the row where several begin alike. */
  readonly row: string
  readonly column: string
  readonly values: readonly number[]
}

/** What benchmarks measured, as it is kept in a file. */
export interface SavedRun {
  readonly version: 1
  readonly date: string
  readonly machine: string
  readonly measured: readonly Measured[]
}

/** The numbers of the tables that a benchmark printed. Of a cell, the number that it begins with. */
export function measuredIn(bench: string, markdown: string): Measured[] {
  return readTables(markdown).flatMap(({ title, header, rows }) => {
    const seen = new Map<string, number>()
    return rows.flatMap(([first = '', ...cells]) => {
      const count = (seen.get(first) ?? 0) + 1
      seen.set(first, count)
      const row = count === 1 ? first : `${first} (${count})`
      return cells.flatMap((cell, i): Measured[] => {
        const text = /^-?\d+(\.\d+)?/.exec(cell)?.[0]
        if (text === undefined) return []
        return [{ bench, table: title, row, column: header[i + 1] ?? '', values: [Number(text)] }]
      })
    })
  })
}

/** The same numbers of several runs side by side. A number that one of them lacks is left out. */
export function mergeRuns(runs: readonly (readonly Measured[])[]): Measured[] {
  const [first = [], ...others] = runs
  const indexed = others.map((run) => new Map(run.map((one) => [keyOf(one), one])))
  return first.flatMap((one) => {
    const same = indexed.map((run) => run.get(keyOf(one)))
    if (same.includes(undefined)) return []
    return [{ ...one, values: [one, ...same].flatMap((each) => each?.values ?? []) }]
  })
}

/** What tells a number from all others of a run. */
export function keyOf({ bench, table, row, column }: Measured): string {
  return JSON.stringify([bench, table, row, column])
}

export async function writeRun(file: string, run: SavedRun): Promise<void> {
  await writeFile(file, `${JSON.stringify(run, null, 2)}\n`)
}

export async function readRun(file: string): Promise<SavedRun> {
  const run = JSON.parse(await readFile(file, 'utf8')) as Partial<SavedRun>
  if (run.version !== 1 || !Array.isArray(run.measured)) {
    throw new Error(`${file} holds no saved run: write one with --json.`)
  }
  return run as SavedRun
}
