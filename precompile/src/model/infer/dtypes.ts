import { type Dtype, dtypeName } from '../../tensor.js'
import { InvalidGraphError, UnsupportedOperatorError } from '../errors.js'
import type { GraphNode } from '../graph/graph.js'
import { admits, type Parameter } from '../operators/signature.js'
import type { Value } from './value.js'

/**
 * Element types of a node's outputs, by its operator's signature.
 * @returns undefined for each output whose type the operator decides.
 * @throws InvalidGraphError when inputs are missing, too many, or of contradicting types.
 * @throws UnsupportedOperatorError when the engine has no kernel for these types.
 */
export function resolveDtypes(
  node: GraphNode,
  inputs: readonly (Value | undefined)[],
): readonly (Dtype | undefined)[] {
  const { signature } = node.operator
  const parameters = signature.inputs.filter(({ since }) => since <= node.version)
  const bound = new Map<string, Dtype>()
  checkCount(node, inputs, parameters)
  inputs.forEach((value, i) => {
    if (value !== undefined) bind(node, parameterAt(parameters, i), i, value.dtype, bound)
  })
  return node.outputs.map((_, i) => {
    const parameter = parameterAt(signature.outputs, i)
    if (parameter === undefined) return fail(node, `${node.outputs.length} outputs are too many`)
    return parameter.dtype ?? (parameter.variable ? bound.get(parameter.variable) : undefined)
  })
}

function checkCount(
  node: GraphNode,
  inputs: readonly (Value | undefined)[],
  parameters: readonly Parameter[],
): void {
  const isVariadic = parameters.at(-1)?.variadic === true
  if (!isVariadic && inputs.length > parameters.length) {
    fail(node, `it has ${inputs.length} inputs instead of at most ${parameters.length}`)
  }
  parameters.forEach(({ optional, variadic }, i) => {
    const isFirstOfMany = variadic && inputs.length === i
    if ((!optional || isFirstOfMany) && inputs[i] === undefined) fail(node, `input ${i} is missing`)
  })
}

function parameterAt(parameters: readonly Parameter[], index: number): Parameter | undefined {
  const last = parameters.at(-1)
  return parameters[index] ?? (last?.variadic ? last : undefined)
}

function bind(
  node: GraphNode,
  parameter: Parameter | undefined,
  index: number,
  dtype: Dtype,
  bound: Map<string, Dtype>,
): void {
  if (parameter === undefined) return
  if (parameter.dtype !== undefined) {
    if (parameter.dtype !== dtype) {
      fail(node, `input ${index} is ${dtypeName(dtype)} instead of ${dtypeName(parameter.dtype)}`)
    }
    return
  }
  const { variable } = parameter
  if (variable === undefined) return
  const before = bound.get(variable)
  if (before !== undefined && before !== dtype) {
    fail(node, `input ${index} is ${dtypeName(dtype)}, another of its inputs ${dtypeName(before)}`)
  }
  bound.set(variable, dtype)
  const types = node.operator.signature.types[variable]
  if (types !== undefined && !admits(types, dtype, node.version)) {
    throw new UnsupportedOperatorError(
      `input ${index} is of the type ${dtypeName(dtype)}, for which the engine has no kernel in operator set ${node.version}`,
      { node: node.name, operator: node.operatorName },
      'Cast to another type before this node.',
    )
  }
}

function fail(node: GraphNode, reason: string): never {
  throw new InvalidGraphError(reason, { node: node.name, operator: node.operatorName })
}
