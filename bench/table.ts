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
