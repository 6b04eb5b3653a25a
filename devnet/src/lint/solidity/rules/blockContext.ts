import type { Finding } from '../../finding.js'
import type { Origin } from '../origins.js'
import { functionsOf } from '../unit.js'
import { findingAt, type RuleContext } from './context.js'

/** What differs from block to block, and who builds the block chooses, in the input of a model. */
export function blockContext({ unit, flow }: RuleContext): Finding[] {
  return functionsOf(unit).flatMap((place) =>
    flow
      .asked(place)
      .flatMap(({ call, origins }) =>
        [...origins.values()]
          .filter(({ kind }) => kind === 'block')
          .map((origin) => findingAt(origin.file.isOwn ? origin : call, fed(origin))),
      ),
  )
}

function fed({ text }: Origin) {
  return {
    rule: 'block-context' as const,
    message: `${text} reaches the input of a model, so a simulation asks another question than the block.`,
    remedy:
      text === 'gasleft()'
        ? 'Leave it out: whoever sends the transaction chooses it.'
        : 'Give the model what a transaction has stored or a caller has signed. Where it is meant, say so in a comment: // lockstep-lint-disable-next-line block-context',
  }
}
