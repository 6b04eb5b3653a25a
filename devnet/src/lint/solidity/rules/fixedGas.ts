import { inferenceAddress } from '@lockstep/sdk'
import type { Finding } from '../../finding.js'
import { type AstNode, typeOf } from '../ast.js'
import { calledFunction, calleeOf } from '../calls.js'
import { constantOf } from '../constant.js'
import { functionsOf, type Place } from '../unit.js'
import { findingAt, type RuleContext } from './context.js'

/** Calls that ask a model with an amount of gas which the source fixes, `{gas: 500_000}`. */
export function fixedGas(context: RuleContext): Finding[] {
  const asking = askingFunctions(context)
  return [...context.unit.ownNodes()].flatMap((place) => {
    const gas = gasOf(context, place.node)
    if (gas === undefined || !asksModel(context, place.node, asking)) return []
    return [
      findingAt(place, {
        rule: 'fixed-gas',
        message: `A call that asks a model is given ${gas} gas, whatever the model costs.`,
        remedy:
          'Leave {gas: …} out; the library forwards what the quote says. To set a budget, take it from Inference.quote.',
      }),
    ]
  })
}

function gasOf({ unit }: RuleContext, call: AstNode): bigint | undefined {
  const options = call.nodeType === 'FunctionCall' ? call.expression : undefined
  if (options?.nodeType !== 'FunctionCallOptions') return undefined
  return constantOf(unit, options.options?.[options.names?.indexOf('gas') ?? -1])
}

function asksModel(
  { unit }: RuleContext,
  call: AstNode,
  asking: ReadonlySet<AstNode | number>,
): boolean {
  const owner = calleeOf(call)?.expression
  if (!owner) return false
  if (typeOf(owner) === 'contract IInference') return true
  // What is called by address alone.
  if (constantOf(unit, owner) === BigInt(inferenceAddress)) return true
  const called = calledFunction(unit, call)
  return called !== undefined && (asking.has(called.node) || asking.has(called.node.id))
}

/** Functions that ask a model, and the ids of those of interfaces and bases that they implement. */
function askingFunctions({ unit, flow }: RuleContext): ReadonlySet<AstNode | number> {
  const asking = functionsOf(unit).filter((place: Place) => flow.asked(place).length > 0)
  return new Set(asking.flatMap(({ node }) => [node, ...(node.baseFunctions ?? [])]))
}
