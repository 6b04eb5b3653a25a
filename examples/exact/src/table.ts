import { ExampleError } from '@lockstep/example-volatility/errors'
import type { Compiled, Engine } from '@lockstep/precompile'
import { cases, type ExactCase, type Judgement } from './cases/index.js'
import { compileCase } from './compileCase.js'
import { compileVoice, judgeVoice, VOICE_BITS } from './voice.js'

const START = '<!-- accuracy -->'
const END = '<!-- /accuracy -->'
const VOICE_TITLE = 'Silero VAD v5'
const HEADER = ['model', 'bits', 'measured', 'float', 'exact', 'both', 'bytes', 'gas a run']

/** Thrown when the page has no place for the table. */
export class MarkerMissingError extends ExampleError {
  override readonly name = 'MarkerMissingError'
}

/** One line of the table, and how to get it. */
export interface Row {
  readonly title: string
  /** For `--only`. */
  readonly name: string
  measure(engine: Engine): Promise<readonly string[]>
}

/** Every model of this example, in the order of the table. */
export const rows: readonly Row[] = [
  ...cases.map((one): Row => ({ ...one, measure: (engine) => measureCase(one, engine) })),
  { title: VOICE_TITLE, name: 'voice', measure: measureVoice },
]

async function measureCase(one: ExactCase, engine: Engine): Promise<readonly string[]> {
  const { float, exact, report } = await compileCase(one, engine)
  return cellsOf(one.title, one.options.bits, await one.judge(float, exact), report)
}

async function measureVoice(engine: Engine): Promise<readonly string[]> {
  const voice = await compileVoice(engine)
  return cellsOf(VOICE_TITLE, VOICE_BITS, await judgeVoice(voice), voice.compiled.report)
}

function cellsOf(
  title: string,
  bits: number | undefined,
  { measure, float, exact, agreement }: Judgement,
  { before, after }: Compiled['report'],
): readonly string[] {
  const bytes = `${grouped(before.bytes)} → ${grouped(after.bytes)}`
  const gas = `${grouped(before.gas)} → ${grouped(after.gas)}`
  return [title, String(bits ?? 8), measure, float, exact, agreement, bytes, gas]
}

/** The table in Markdown, as the formatter of this repository writes it: all cells of a column equally wide. */
export function accuracyTable(rows: readonly (readonly string[])[]): string {
  const widthOf = (cell = '') => [...cell].length
  const widths = HEADER.map((_, i) => Math.max(...[HEADER, ...rows].map((row) => widthOf(row[i]))))
  const line = (cells: readonly string[]) => {
    const padded = widths.map((width, i) => `${cells[i]}${' '.repeat(width - widthOf(cells[i]))}`)
    return `| ${padded.join(' | ')} |`
  }
  const rule = widths.map((width) => '-'.repeat(width))
  return [HEADER, rule, ...rows].map(line).join('\n')
}

/** A page with the table between its markers. @throws MarkerMissingError */
export function withTable(page: string, table: string): string {
  const [start, end] = [page.indexOf(START), page.indexOf(END)]
  if (start < 0 || end < start) throw new MarkerMissingError(`The page has no ${START} … ${END}.`)
  return `${page.slice(0, start + START.length)}\n\n${table}\n\n${page.slice(end)}`
}

/** The rows of the table that a page holds, by model. @throws MarkerMissingError */
export function rowsOf(page: string): Map<string, readonly string[]> {
  const [start, end] = [page.indexOf(START), page.indexOf(END)]
  if (start < 0 || end < start) throw new MarkerMissingError(`The page has no ${START} … ${END}.`)
  const lines = page.slice(start, end).split('\n')
  const rows = lines
    .filter((line) => line.startsWith('| '))
    .map((line) =>
      line
        .slice(2, -2)
        .split(' | ')
        .map((cell) => cell.trim()),
    )
  return new Map(rows.slice(2).map((row) => [row[0] ?? '', row]))
}

function grouped(value: number | bigint): string {
  return value.toLocaleString('en')
}
