/** A Markdown table under a heading. */
export function toTable(
  title: string,
  header: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const lines = [header, header.map(() => '---'), ...rows].map(line)
  return `### ${title}\n\n${lines.join('\n')}\n`
}

export interface Table {
  readonly title: string
  readonly header: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** The tables that `toTable` wrote, out of a text that holds more. */
export function readTables(markdown: string): Table[] {
  return markdown
    .split(/^### /m)
    .slice(1)
    .map((section) => {
      const [title = '', ...lines] = section.split('\n')
      const [header = [], , ...rows] = lines.filter((line) => line.startsWith('| ')).map(cellsOf)
      return { title, header, rows }
    })
}

function cellsOf(line: string): string[] {
  return line.slice(2, -2).split(' | ')
}

/** The middle of the sorted values. */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Milliseconds of each of `runs` calls, after `warmup` calls that do not count. */
export async function time(
  work: (round: number) => Promise<unknown>,
  { runs, warmup }: { runs: number; warmup: number },
): Promise<number[]> {
  const times: number[] = []
  for (let round = 0; round < warmup + runs; round++) {
    const started = performance.now()
    await work(round)
    if (round >= warmup) times.push(performance.now() - started)
  }
  return times
}
