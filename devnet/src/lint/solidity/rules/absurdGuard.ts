import { absurditiesOf, type BoundName, type Bounds, boundNames } from '../../bounds.js'
import type { Finding } from '../../finding.js'
import { type AstNode, typeOf } from '../ast.js'
import { calledName } from '../calls.js'
import { constantOf } from '../constant.js'
import { blockRead } from '../origins.js'
import type { Place } from '../unit.js'
import { findingAt, type RuleContext } from './context.js'

/** Guards that revert always or never. */
export function absurdGuard(context: RuleContext): Finding[] {
  return [...context.unit.ownNodes()].flatMap((place) => {
    const names = boundedParameters(place.node)
    if (!names) return []
    return [...absurdBounds(context, place, names), ...selfComparison(place)]
  })
}

/** What sets bounds, and the order of its parameters. */
const guardFields = ['feed', 'maxAgeSeconds', 'maxBlocks', 'maxDeviationBps', 'inputIndex']
const checks = new Map([
  ['requireTime', ['time', 'maxAgeSeconds']],
  ['requireBlock', ['observed', 'maxBlocks']],
  ['requireDeviation', ['observed', 'current', 'maxDeviationBps']],
])
const feeds = new Map([
  ['contract ChainlinkFeed', ['aggregator', 'maxAgeSeconds']],
  ['contract PythFeed', ['pyth', 'id', 'maxAgeSeconds']],
])

function boundedParameters(call: AstNode): readonly string[] | undefined {
  if (call.nodeType !== 'FunctionCall') return undefined
  if (call.kind === 'structConstructorCall') {
    return /^type\(struct (\w+\.)?Guard\b/.test(typeOf(call.expression as AstNode))
      ? guardFields
      : undefined
  }
  if (call.expression?.nodeType === 'NewExpression') {
    return feeds.get(typeOf(call))
  }
  return checks.get(calledName(call) ?? '')
}

function absurdBounds(
  { unit }: RuleContext,
  { node, file }: Place,
  parameters: readonly string[],
): Finding[] {
  const stated = new Map<BoundName, AstNode>()
  for (const bound of boundNames) {
    const argument = argumentOf(node, bound, parameters)
    if (argument) stated.set(bound, argument)
  }
  const bounds: Bounds = Object.fromEntries(
    [...stated].map(([bound, argument]) => [bound, constantOf(unit, argument) ?? 'unknown']),
  )
  return absurditiesOf(bounds).map(({ bound, message, remedy }) =>
    findingAt({ node: stated.get(bound) ?? node, file }, { rule: 'absurd-guard', message, remedy }),
  )
}

function argumentOf(
  call: AstNode,
  name: string,
  parameters: readonly string[],
): AstNode | undefined {
  const isNamed = call.names && call.names.length > 0
  const at = isNamed ? call.names.indexOf(name) : parameters.indexOf(name)
  return call.arguments?.[at]
}

/** A check of the block against itself, as of `requireTime(block.timestamp, …)`. */
function selfComparison({ node, file }: Place): Finding[] {
  const [observed] = node.arguments ?? []
  const origin =
    observed && checks.has(calledName(node) ?? '') && blockRead({ node: observed, file })
  if (!origin) return []
  return [
    findingAt(origin, {
      rule: 'absurd-guard',
      message: `${calledName(node)} compares ${origin.text} with itself: it never reverts.`,
      remedy: 'Give it the time or the block of the observation.',
    }),
  ]
}
