/** Runs of one kind whose CPU time is measured together with that of others. */
export interface Subject {
  /** One run; `round` numbers the runs of this subject. */
  run(round: number): Promise<unknown>
}

export interface CpuOptions {
  /** Times that each subject has its turn. */
  readonly rounds: number
  /** CPU time of one turn: long beside the clock's resolution. */
  readonly turnMs: number
  /** Runs before the first turn, until V8 has replaced quickly compiled WebAssembly by the optimised one. */
  readonly warmUpMs: number
}

/**
 * Milliseconds of CPU time of one run of each subject, whichever thread of this process spends them. The subjects take
 * turns, and the least of each one's turns counts: what else a machine does can only add to the time of a run.
 */
export async function cpuTimes(
  subjects: readonly Subject[],
  { rounds, turnMs, warmUpMs }: CpuOptions,
): Promise<readonly number[]> {
  const counts: number[] = []
  let round = 0
  for (const subject of subjects) counts.push(await warmUp(subject, warmUpMs, turnMs))
  const least = subjects.map(() => Number.POSITIVE_INFINITY)
  for (let turn = 0; turn < rounds; turn++) {
    for (const [i, subject] of subjects.entries()) {
      const runs = counts[i] as number
      const started = process.cpuUsage()
      for (let run = 0; run < runs; run++) await subject.run(round++)
      least[i] = Math.min(least[i] as number, cpuMsSince(started) / runs)
    }
  }
  return least
}

/** @returns the runs that fill a turn. */
async function warmUp(subject: Subject, warmUpMs: number, turnMs: number): Promise<number> {
  const started = process.cpuUsage()
  let runs = 0
  do await subject.run(runs++)
  while (cpuMsSince(started) < warmUpMs)
  const again = process.cpuUsage()
  await subject.run(runs)
  const each = Math.min(cpuMsSince(started) / runs, cpuMsSince(again))
  return Math.max(1, Math.round(turnMs / Math.max(each, 0.01)))
}

/** Milliseconds of CPU time of all threads of this process since an earlier `process.cpuUsage()`. */
export function cpuMsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started)
  return (user + system) / 1000
}
