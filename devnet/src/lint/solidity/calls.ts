import { type AstNode, parametersOf, typeOf } from './ast.js'
import type { CompiledUnit, Place } from './unit.js'

/** What is called, without `{gas: …}` and `{value: …}`. */
export function calleeOf(call: AstNode): AstNode | undefined {
  const callee = call.expression ?? undefined
  return callee?.nodeType === 'FunctionCallOptions' ? (callee.expression ?? undefined) : callee
}

/** The name that a call names: of a function, or of a member. */
export function calledName(call: AstNode): string | undefined {
  const callee = calleeOf(call)
  return callee?.memberName ?? callee?.name
}

/** The function of this run that a call names, abstract ones of interfaces included. */
export function calledFunction(unit: CompiledUnit, call: AstNode): Place | undefined {
  if (call.nodeType !== 'FunctionCall' || call.kind !== 'functionCall') return undefined
  const found = unit.declaration(calleeOf(call)?.referencedDeclaration, calledName(call))
  return found?.node.nodeType === 'FunctionDefinition' ? found : undefined
}

/** Whether a call leaves the contract. */
export function isExternal(call: AstNode): boolean {
  const callee = calleeOf(call)
  return callee !== undefined && / external\b/.test(typeOf(callee))
}

/** What is given for each parameter of a function, in the function's order. */
export function argumentsFor(call: AstNode, called: AstNode): readonly (AstNode | undefined)[] {
  const parameters = parametersOf(called)
  const given = call.arguments ?? []
  if (call.names && call.names.length > 0) {
    const { names } = call
    return parameters.map(({ name }) => given[names.indexOf(name ?? '')])
  }
  // `using … for` puts what stands before the dot first.
  const isAttached = given.length === parameters.length - 1
  return isAttached ? [calleeOf(call)?.expression ?? undefined, ...given] : given
}

const runs = new Set([
  'infer',
  'inferScalar',
  'inferFresh',
  'inferTensors',
  'tryInfer',
  'tryInferTensors',
])

/** A call that asks a model, and what it gives it. */
export interface InferenceCall {
  readonly input: AstNode
  /** Whether the call checks an observation itself. */
  readonly isGuarded: boolean
}

/** Reads a call of the library `Inference`, or of the precompile's interface. */
export function inferenceCall(call: AstNode): InferenceCall | undefined {
  const callee = calleeOf(call)
  const name = callee?.memberName
  if (call.nodeType !== 'FunctionCall' || !callee?.expression || !name || !runs.has(name)) {
    return undefined
  }
  const owner = typeOf(callee.expression)
  const isLibrary = owner === 'type(library Inference)' || owner === 'contract IInference'
  if (!isLibrary && owner !== 'ModelId') return undefined
  const at = call.names?.findIndex((each) => each === 'x' || each === 'inputs') ?? -1
  const input = call.arguments?.[at >= 0 ? at : isLibrary ? 1 : 0]
  return input && { input, isGuarded: name === 'inferFresh' }
}

const checks = new Set(['requireFresh', 'requireTime', 'requireBlock', 'requireDeviation'])

/** Whether a call is one of the library `Freshness` that reverts for what is stale or has moved. */
export function isFreshnessCheck(call: AstNode): boolean {
  return call.nodeType === 'FunctionCall' && checks.has(calledName(call) ?? '')
}
