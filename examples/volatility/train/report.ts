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

function scoreTable(evaluation: Evaluation, part: Part): string {
  const lowest = COLUMNS.map((column) =>
    Math.min(...evaluation.rows.map((row) => row.scores[part][column])),
  )
  const lines = evaluation.rows.map(({ name, scores }) => {
    const cells = COLUMNS.map((column, i) => {
      const value = scores[part][column]
      return value === lowest[i] ? `**${value.toFixed(4)}**` : value.toFixed(4)
    })
    return `| ${[name, ...cells].join(' | ')} |`
  })
  return [
    '| forecast | QLIKE | QLIKE, rescaled | log MSE, rescaled | log MAE, rescaled | log MSE, as is |',
    '| --- | ---: | ---: | ---: | ---: | ---: |',
    ...lines,
  ].join('\n')
}

function yearTable(evaluation: Evaluation): string {
  const lines = evaluation.years.map(
    ({ year, days, network, ewma }) =>
      `| ${year} | ${days} | ${network.toFixed(4)} | ${ewma.toFixed(4)} |`,
  )
  return [
    '| year | days | network | EWMA, best by QLIKE |',
    '| --- | ---: | ---: | ---: |',
    ...lines,
  ].join('\n')
}

function span(samples: readonly Sample[]): string {
  return `${samples[0]?.date} to ${samples.at(-1)?.date}, ${samples.length} days`
}
