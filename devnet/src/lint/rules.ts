import type { LintConfig, LintRule } from '@lockstep/sdk/codegen'
import { LintInputError } from './errors.js'

/** Whether a rule holds where the configuration says nothing of it. */
const defaults: Readonly<Record<LintRule, boolean>> = {
  'inexact-model': true,
  'unguarded-inference': true,
  // A model is often asked with what its caller alone knows, such as a picture.
  'unguarded-calldata': false,
  'absurd-guard': true,
  'block-context': true,
  'fixed-gas': true,
}

export const lintRules = Object.keys(defaults) as readonly LintRule[]

/**
 * The rules that hold, by a configuration.
 * @throws LintInputError for a rule that there is not, which a slip of the pen would else turn off unseen.
 */
export function enabledRules(configured: LintConfig['rules'] = {}): ReadonlySet<LintRule> {
  for (const [rule, setting] of Object.entries(configured)) {
    if (!(rule in defaults)) throw unknownRule(rule)
    if (setting !== 'on' && setting !== 'off') throw unknownSetting(rule, setting)
  }
  return new Set(
    lintRules.filter((rule) => (configured[rule] ?? (defaults[rule] ? 'on' : 'off')) === 'on'),
  )
}

function unknownRule(rule: string): LintInputError {
  return new LintInputError(`The configuration sets a rule ${rule}, which there is not.`, {
    remedy: `The rules are ${lintRules.join(', ')}.`,
  })
}

function unknownSetting(rule: string, setting: unknown): LintInputError {
  return new LintInputError(`The configuration sets ${rule} to ${JSON.stringify(setting)}.`, {
    remedy: "Set it to 'on' or 'off'.",
  })
}
