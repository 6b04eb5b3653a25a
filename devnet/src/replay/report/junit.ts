import { describeDivergence } from '../compare/divergence.js'
import type { EngineOutcome, ReplayOutcome } from '../outcome.js'
import { workOf } from './work.js'

/** What came of a replay as a JUnit report, a test an engine. */
export function junit({ bundle, engines }: ReplayOutcome): string {
  const count = (status: EngineOutcome['status']) =>
    engines.filter((outcome) => outcome.status === status).length
  const errors = count('failed') + count('unavailable')
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites><testsuite name="lockstep replay" tests="${engines.length}" failures="${count('diverged')}" errors="${errors}">`,
    ...engines.map((outcome) => testCase(bundle, outcome)),
    '</testsuite></testsuites>',
    '',
  ].join('\n')
}

function testCase(bundle: string, outcome: EngineOutcome): string {
  const name = `name="${escaped(outcome.engine)}" classname="${escaped(bundle)}"`
  if (!('execution' in outcome)) {
    return `<testcase ${name}><error message="${escaped(outcome.status)}">${escaped(outcome.reason)}</error></testcase>`
  }
  const { divergence, seconds } = outcome.execution
  const time = `time="${seconds.toFixed(3)}"`
  if (!divergence) {
    return `<testcase ${name} ${time}><system-out>${escaped(workOf(outcome.execution))}</system-out></testcase>`
  }
  const message = `${divergence.what} of block ${divergence.block?.number ?? 'none'}`
  const text = describeDivergence(divergence).join('\n')
  return `<testcase ${name} ${time}><failure message="${escaped(message)}">${escaped(text)}</failure></testcase>`
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
}

/** Text within XML, which holds no control characters either. */
function escaped(text: string): string {
  const printable = [...text].map((character) => {
    const isControl = character < ' ' && character !== '\n' && character !== '\t'
    return isControl ? '\ufffd' : (entities[character] ?? character)
  })
  return printable.join('')
}
