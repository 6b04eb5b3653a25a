import type { LintRule } from '@lockstep/sdk/codegen'
import type { Finding } from '../../finding.js'
import type { Flow } from '../flow.js'
import { type CompiledUnit, type Place, positionOf } from '../unit.js'

/** What a rule on Solidity looks at. */
export interface RuleContext {
  readonly unit: CompiledUnit
  readonly flow: Flow
}

/** What a rule has to say, wherever it is. */
export interface Said {
  readonly rule: LintRule
  readonly message: string
  readonly remedy: string
}

export function findingAt(place: Place, said: Said): Finding {
  return { ...said, file: place.file.path, ...positionOf(place) }
}
