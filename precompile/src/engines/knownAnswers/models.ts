import { knownCases } from './cases.js'
import { type KnownModel, writeKnownModel } from './model.js'
import { writeKnownNetwork } from './network.js'

/** The operator that a wrong answer of the whole network is laid to. */
export const NETWORK = 'network'

/**
 * The models of the known-answer test, with what to give them: one an exact operator, and a small network. The bytes
 * are the same each time.
 */
export function* knownModels(): Generator<KnownModel> {
  for (const [operator, cases] of Object.entries(knownCases)) yield writeKnownModel(operator, cases)
  yield { operator: NETWORK, ...writeKnownNetwork(), caseOf: [0] }
}
