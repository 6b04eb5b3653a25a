import type { Build } from './build.js'
import type { Evaluation, Part } from './evaluate.js'
import type { Sample } from './samples.js'

/** Tables of scores as Markdown, the best of each column in bold. */
export function report(build: Build): string {
  const { split, evaluation } = build
  return [
    `Held-out years (${span(split.test)}; nothing was fitted on them):`,
    scoreTable(evaluation, 'test'),
    `Validation years (${span(split.validation)}; they chose the epoch, ${build.epoch}):`,
    scoreTable(evaluation, 'validation'),
    'QLIKE by held-out year:',
    yearTable(evaluation),
  ].join('\n\n')
}

const COLUMNS = ['qlike', 'qlikeScaled', 'logMseScaled', 'logMaeScaled', 'logMse'] as const

const HEADERS = [
  'QLIKE',
  'QLIKE, rescaled',
  'log MSE, rescaled',
  'log MAE, rescaled',
  'log MSE, as is',
]

function scoreTable(evaluation: Evaluation, part: Part): string {
  const lowest = COLUMNS.map((column) =>
    Math.min(...evaluation.rows.map((row) => row.scores[part][column])),
  )
  const rows = evaluation.rows.map(({ name, scores }) => {
    const cells = COLUMNS.map((column, i) => {
      const value = scores[part][column]
      return value === lowest[i] ? `**${value.toFixed(4)}**` : value.toFixed(4)
    })
    return [name, ...cells]
  })
  return table([['forecast', ...HEADERS], ...rows])
}

function yearTable(evaluation: Evaluation): string {
  const rows = evaluation.years.map(({ year, days, network, ewma }) => [
    year,
    String(days),
    network.toFixed(4),
    ewma.toFixed(4),
  ])
  return table([['year', 'days', 'network', 'EWMA, best by QLIKE'], ...rows])
}

/** A Markdown table as the formatter writes it: first column to the left, the others to the right. */
function table([header = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = header.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0)),
  )
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`
  const pad = (cells: readonly string[]) =>
    line(
      cells.map((cell, i) =>
        i === 0 ? cell.padEnd(widths[i] ?? 0) : cell.padStart(widths[i] ?? 0),
      ),
    )
  const rule = widths.map((width, i) => (i === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`))
  return [pad(header), line(rule), ...rows.map(pad)].join('\n')
}

function span(samples: readonly Sample[]): string {
  return `${samples[0]?.date} to ${samples.at(-1)?.date}, ${samples.length} days`
}
