import { describeDivergence } from '../compare/divergence.js'
import type { EngineOutcome, ReplayOutcome } from '../outcome.js'
import { workOf } from './work.js'

/** What came of a replay, for the summary of a CI job. */
export function markdown({ bundle, engines, minimal }: ReplayOutcome): string {
  const rows = engines.map(
    (outcome) => `| ${outcome.engine} | ${outcome.status} | ${cell(outcome)} |`,
  )
  const divergences = engines.flatMap((outcome) => {
    const divergence = 'execution' in outcome ? outcome.execution.divergence : undefined
    if (!divergence) return []
    return ['', `**${outcome.engine}**`, '', '```', ...describeDivergence(divergence), '```']
  })
  const pointer = minimal === undefined ? [] : ['', `A bundle up to the divergence: \`${minimal}\``]
  return [
    `### ${title(bundle)}`,
    '',
    '| engine | outcome | |',
    '| --- | --- | --- |',
    ...rows,
    ...divergences,
    ...pointer,
    '',
  ].join('\n')
}

/** That a bundle was not replayed, and why, for the summary of a CI job. */
export function refusal(bundle: string, { message }: Error): string {
  return [`### ${title(bundle)}`, '', '**refused**', '', '```', message, '```', ''].join('\n')
}

function title(bundle: string): string {
  return `Replay of \`${bundle.replaceAll('`', "'")}\``
}

function cell(outcome: EngineOutcome): string {
  const text = 'execution' in outcome ? workOf(outcome.execution) : outcome.reason
  return text.replaceAll('|', '\\|').replaceAll('\n', ' ')
}
