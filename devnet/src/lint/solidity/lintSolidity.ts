import type { LintRule } from '@lockstep/sdk/codegen'
import type { Finding } from '../finding.js'
import { Flow } from './flow.js'
import { absurdGuard } from './rules/absurdGuard.js'
import { blockContext } from './rules/blockContext.js'
import type { RuleContext } from './rules/context.js'
import { fixedGas } from './rules/fixedGas.js'
import { unguardedCalldata, unguardedInference } from './rules/unguarded.js'
import type { CompiledUnit } from './unit.js'

const rules: Partial<Record<LintRule, (context: RuleContext) => Finding[]>> = {
  'absurd-guard': absurdGuard,
  'block-context': blockContext,
  'fixed-gas': fixedGas,
  'unguarded-calldata': unguardedCalldata,
  'unguarded-inference': unguardedInference,
}

/** What the rules find in what one run of the compiler saw. */
export function lintSolidity(unit: CompiledUnit, enabled: ReadonlySet<LintRule>): Finding[] {
  const context = { unit, flow: new Flow(unit) }
  return Object.entries(rules).flatMap(([rule, find]) =>
    enabled.has(rule as LintRule) ? find(context) : [],
  )
}
