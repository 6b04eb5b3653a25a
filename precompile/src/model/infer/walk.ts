import { InvalidGraphError, UnboundedShapeError } from '../errors.js'
import { ABSENT, type Graph, type GraphNode } from '../graph/graph.js'
import type { Inferred } from '../operators/operator.js'
import { IncompatibleShapesError, NodeContext } from './context.js'
import { resolveDtypes } from './dtypes.js'
import type { Tally } from './tally.js'
import { DATA, type Dims, FREE, isConcrete, type Value } from './value.js'

/** What is known of every value, by slot. */
export type Values = (Value | undefined)[]

/**
 * Infers what is known of every value of a graph, in the order of its nodes.
 * @param values - By slot; holds the inputs, receives the rest.
 * @param tally - Counts the work; all shapes must then follow from the inputs'.
 * @throws IncompatibleShapesError when a node cannot run on these shapes.
 * @throws ModelError when it could not run on any, or when a shape has no static bound.
 */
export function walk(graph: Graph, values: Values, tally?: Tally): void {
  for (const { slot, weight } of graph.weights) {
    values[slot] = weight.value
    tally?.addWeights(weight.bytes)
  }
  for (const node of graph.nodes) {
    if (node.branches.length > 0) chooseBranch(node, values, tally)
    else runNode(node, values, tally)
    if (tally === undefined) continue
    for (const slot of node.dying) {
      const value = values[slot]
      if (value !== undefined) tally.release(value)
    }
  }
}

function runNode(node: GraphNode, values: Values, tally: Tally | undefined): void {
  const inputs = node.inputs.map((slot) => (slot === ABSENT ? undefined : values[slot]))
  const context = new NodeContext(node, inputs, resolveDtypes(node, inputs))
  const outputs = toValues(context, inferNode(context))
  node.outputs.forEach((slot, i) => {
    if (slot !== ABSENT) values[slot] = outputs[i]
  })
  if (tally === undefined) return
  const dims = outputs.map((output) => concrete(context, output.dims))
  tally.addNode(context, outputs, dims)
}

function inferNode(context: NodeContext): readonly Inferred[] {
  const { operator, outputs } = context.node
  const isRanked = context.inputs.every((input) => input === undefined || input.dims !== undefined)
  if (isRanked) return operator.infer(context)
  return (
    operator.inferUnranked?.(context) ?? outputs.map(() => ({ dims: undefined, elements: FREE }))
  )
}

function toValues(context: NodeContext, inferred: readonly Inferred[]): readonly Value[] {
  const { node, outputDtypes } = context
  return node.outputs.map((slot, i) => {
    const { dims, elements = DATA, dtype = outputDtypes[i] } = inferred[i] ?? { dims: [] }
    if (slot !== ABSENT && (inferred[i] === undefined || dtype === undefined)) {
      throw new InvalidGraphError(`it gives no output ${i}`, siteOf(node))
    }
    return { dtype: dtype ?? 1, dims, elements }
  })
}

function concrete(context: NodeContext, dims: Dims | undefined): Dims {
  return isConcrete(dims) ? dims : context.unbounded('tensor data decides the shape of its output')
}

/** An If: the branch that its condition names, or both where only a run decides. */
function chooseBranch(node: GraphNode, values: Values, tally: Tally | undefined): void {
  const condition = values[node.inputs[0] ?? ABSENT]
  if (condition === undefined)
    throw new InvalidGraphError('an If without a condition', siteOf(node))
  const { elements } = condition
  const decided = typeof elements === 'string' ? elements : (elements[0] ?? DATA)
  const branches =
    typeof decided === 'number' ? [node.branches[decided !== 0 ? 0 : 1] as Graph] : node.branches
  const runs = branches.map((branch) => tryBranch(node, branch, values, tally))
  const possible = runs.filter((run): run is CompletedRun => !('error' in run))
  if (possible.length === 0) throw (runs[0] as { error: IncompatibleShapesError }).error
  tally?.join(possible.flatMap((run) => run.tally ?? []))
  node.outputs.forEach((slot, i) => {
    if (slot === ABSENT) return
    const value = merge(
      node,
      possible.map((run) => run.outputs[i]),
      decided === FREE,
    )
    values[slot] = value
    tally?.hold(value)
  })
}

interface CompletedRun {
  readonly outputs: readonly (Value | undefined)[]
  readonly tally: Tally | undefined
}

type BranchRun = CompletedRun | { readonly error: IncompatibleShapesError }

/** A branch that these shapes do not fit is one that the engine refuses to run, too. */
function tryBranch(
  node: GraphNode,
  branch: Graph,
  values: Values,
  tally: Tally | undefined,
): BranchRun {
  const fork = tally?.fork()
  try {
    // A branch has slots of its own, so what it writes is seen by nothing else.
    walk(branch, values, fork)
  } catch (error) {
    if (error instanceof IncompatibleShapesError) return { error }
    throw error
  }
  if (branch.outputs.length !== node.outputs.length) {
    throw new InvalidGraphError('a branch with another number of outputs', siteOf(node))
  }
  return { outputs: branch.outputs.map(({ slot }) => values[slot]), tally: fork }
}

/** What is known of an output whichever branch runs. */
function merge(node: GraphNode, outcomes: readonly (Value | undefined)[], isFree: boolean): Value {
  const [first, second = first] = outcomes
  if (first === undefined || second === undefined) {
    throw new InvalidGraphError('a branch does not give its output', siteOf(node))
  }
  if (first === second) return first
  if (first.dtype !== second.dtype) {
    throw new InvalidGraphError('its branches give tensors of different types', siteOf(node))
  }
  const unknown = isFree ? FREE : DATA
  return {
    dtype: first.dtype,
    dims: mergeDims(node, first.dims, second.dims, isFree),
    elements: unknown,
  }
}

function mergeDims(
  node: GraphNode,
  a: Dims | undefined,
  b: Dims | undefined,
  isFree: boolean,
): Dims | undefined {
  if (a === undefined || b === undefined) return undefined
  const isEqual = a.length === b.length && a.every((dim, axis) => dim === b[axis])
  if (isEqual) return a
  // Once the input shapes are known, the condition or the dimensions may be.
  if (isFree) return a.length === b.length ? a.map(() => FREE) : undefined
  if (a.length === b.length && (a.includes(FREE) || b.includes(FREE))) return a.map(() => FREE)
  throw new UnboundedShapeError('its branches give different shapes', siteOf(node))
}

function siteOf(node: GraphNode) {
  return { node: node.name, operator: node.operatorName }
}
