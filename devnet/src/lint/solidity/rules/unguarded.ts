import type { Finding } from '../../finding.js'
import type { Asked } from '../flow.js'
import { isPrice, type Origin } from '../origins.js'
import { functionsOf } from '../unit.js'
import { findingAt, type RuleContext, type Said } from './context.js'

/** Prices of another moment that reach a model with nothing between that could revert. */
export function unguardedInference(context: RuleContext): Finding[] {
  const isStale = (origin: Origin) => origin.kind === 'feed' || isPrice(origin)
  return unguarded(context, isStale, (origin) =>
    origin.kind === 'feed' ? read(origin) : seen(origin),
  )
}

/** Whatever else a caller gives a model unguarded. */
export function unguardedCalldata(context: RuleContext): Finding[] {
  const isOther = (origin: Origin) => origin.kind === 'parameter' && !isPrice(origin)
  return unguarded(context, isOther, given)
}

function unguarded(
  context: RuleContext,
  isMeant: (origin: Origin) => boolean,
  say: (origin: Origin) => Said,
): Finding[] {
  return askedFromOutside(context).flatMap(({ call, origins, isGuarded }) => {
    const origin = isGuarded ? undefined : [...origins.values()].find(isMeant)
    return origin ? [findingAt(call, say(origin))] : []
  })
}

/** Inferences by what a transaction or another contract can call. What only the contract calls is seen through that. */
function askedFromOutside({ unit, flow }: RuleContext): readonly Asked[] {
  return functionsOf(unit)
    .filter(({ node }) => node.visibility === 'external' || node.visibility === 'public')
    .flatMap((place) => flow.asked(place))
}

function read({ text }: Origin): Said {
  return {
    rule: 'unguarded-inference',
    message: `The model is asked with what ${text} gave, and nothing before it reverts when that is stale.`,
    remedy:
      'Read the price through a ChainlinkFeed or a PythFeed, or call Freshness.requireTime before the inference.',
  }
}

function seen({ text }: Origin): Said {
  return {
    rule: 'unguarded-inference',
    message: `The model is asked with \`${text}\`, a price that the caller saw before sending, and nothing before it reverts when that is stale.`,
    remedy:
      'Take an Observation, and call Inference.inferFresh with a Guard of the contract’s own.',
  }
}

function given({ text }: Origin): Said {
  return {
    rule: 'unguarded-calldata',
    message: `The model is asked with \`${text}\`, which the caller chose before sending, and nothing before it checks that it still holds.`,
    remedy:
      'Read in the contract what the chain knows by then, or take an Observation and call Inference.inferFresh.',
  }
}
