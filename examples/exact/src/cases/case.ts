import type { CompileOptions, Sample, Tensor } from '@lockstep/precompile'

/** Runs one model, float or exact: reals in, one list of reals an output out. */
export type Answer = (inputs: readonly Tensor[]) => Promise<readonly Float64Array[]>

/** A float model of this example: how it is compiled, and by what both forms are judged. */
export interface ExactCase {
  readonly title: string
  /** For files and `--only`. */
  readonly name: string
  readonly options: Omit<CompileOptions, 'calibration' | 'engine'>
  read(): Promise<Uint8Array>
  /** Inputs that the compiler sees. None of them is among those that judge. */
  calibrate(): readonly Sample[]
  /** Compares both forms on inputs that neither training nor compiling saw. */
  judge(float: Answer, exact: Answer): Promise<Judgement>
}

/** The same model with more digits. */
export function inSixteenBits(one: ExactCase): ExactCase {
  return {
    ...one,
    title: `${one.title}, finer`,
    name: `${one.name}-16`,
    options: { ...one.options, bits: 16 },
  }
}

/** One row of the table of accuracy, in words. */
export interface Judgement {
  /** What is measured, and on how many inputs. */
  readonly measure: string
  readonly float: string
  readonly exact: string
  /** How often both decide alike, or how far they are apart. */
  readonly agreement: string
}

/** The index of the largest number, the first of equals. */
export function largest(numbers: ArrayLike<number>): number {
  return Array.from(numbers).reduce((best, x, i, all) => (x > (all[best] as number) ? i : best), 0)
}

export function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(2)} %`
}

/** Of a list, every n-th from an offset on. */
export function every<T>(list: readonly T[], step: number, offset = 0): readonly T[] {
  return list.filter((_, i) => i % step === offset)
}
