import { clone } from '@bufbuild/protobuf'
import { type GraphProto, GraphProtoSchema } from 'onnx-buf'
import type { Engine } from '../../engines/engine.js'
import { InvalidGraphError } from '../../model/errors.js'
import { readModel } from '../../model/read.js'
import { Dtype, type Tensor } from '../../tensor.js'
import {
  type FloatGraph,
  type FloatNode,
  floatBytes,
  floatNode,
  inferFloatValues,
  namesRead,
  pruned,
  readNodes,
  siteOf,
} from './float.js'
import { numbersOf, shapeTensor } from './numbers.js'

/** Each round opens at least one branch; nested ones are at most as deep as a file may be. */
const MAX_ROUNDS = 64

/**
 * Computes all that does not depend on the inputs, shapes included, and opens the branch that each constant condition
 * chooses. The float engine computes, so a folded constant is what the model would have had.
 * @throws ModelError
 */
export async function fold(graph: FloatGraph, engine: Engine): Promise<FloatGraph> {
  let current = pruned(graph)
  for (let round = 0; round < MAX_ROUNDS; round++) {
    current = pruned(await foldConstants(foldShapes(current), engine))
    const opened = openBranches(current, round)
    if (!opened) return current
    current = opened
  }
  throw new InvalidGraphError(`branches stand more than ${MAX_ROUNDS} deep in each other`)
}

/** Shape and Size of values whose shape is known become constants. */
function foldShapes(graph: FloatGraph): FloatGraph {
  if (!graph.nodes.some(({ operator }) => operator === 'Shape' || operator === 'Size')) return graph
  const values = inferFloatValues(graph)
  const constants = new Map(graph.constants)
  const nodes = graph.nodes.filter((node) => {
    const shape = values.get(node.inputs[0] ?? '')?.shape
    if (!shape || shape.some((dim) => dim < 0)) return true
    if (node.operator === 'Shape') {
      const { attributes } = node
      const dims = shape.slice(attributes.int('start', 0), attributes.int('end', shape.length))
      constants.set(node.outputs[0] as string, shapeTensor(dims))
      return false
    }
    if (node.operator !== 'Size') return true
    const { dtype, data } = shapeTensor([shape.reduce((a, b) => a * b, 1)])
    constants.set(node.outputs[0] as string, { dtype, shape: [], data })
    return false
  })
  return { ...graph, nodes, constants }
}

async function foldConstants(graph: FloatGraph, engine: Engine): Promise<FloatGraph> {
  const known = new Set(graph.constants.keys())
  const folded: FloatNode[] = []
  const rest: FloatNode[] = []
  for (const node of graph.nodes) {
    const isConstant = node.operator !== 'If' && namesRead(node).every((name) => known.has(name))
    if (isConstant) for (const name of node.outputs) known.add(name)
    const list = isConstant ? folded : rest
    list.push(node)
  }
  if (folded.length === 0) return graph
  const needed = new Set([...graph.outputs, ...rest.flatMap(namesRead)])
  const wanted = folded.flatMap(({ outputs }) => outputs.filter((name) => needed.has(name)))
  const tensors = await compute({ ...graph, nodes: folded }, wanted, engine)
  const constants = new Map([...graph.constants, ...tensors])
  return { ...graph, nodes: rest, constants }
}

/** Runs nodes that read constants alone. */
async function compute(
  graph: FloatGraph,
  wanted: readonly string[],
  engine: Engine,
): Promise<readonly (readonly [string, Tensor])[]> {
  if (wanted.length === 0) return []
  const taken = new Set([...graph.constants.keys(), ...wanted])
  let unused = 'unused'
  while (taken.has(unused)) unused += '_'
  // The engine takes no model without inputs.
  const input = { name: unused, dtype: Dtype.float32, shape: [1] }
  const model = readModel(
    floatBytes(pruned({ ...graph, inputs: [input], outputs: wanted }), wanted),
    graph.limits,
  )
  const outputs = await engine.run(model, [{ ...input, data: new Uint8Array(4) }])
  return wanted.map((name, i) => [name, outputs[i] as Tensor] as const)
}

/** Puts the chosen branch in the place of each If on a constant. Undefined when there is none. */
function openBranches(graph: FloatGraph, round: number): FloatGraph | undefined {
  let opened = 0
  const constants = new Map(graph.constants)
  const nodes = graph.nodes.flatMap((node) => {
    const condition = constants.get(node.inputs[0] ?? '')
    if (node.operator !== 'If' || !condition) return [node]
    const branch = node.attributes.graph(numbersOf(condition)[0] ? 'then_branch' : 'else_branch')
    if (!branch) throw new InvalidGraphError('an If without its branch', siteOf(node))
    const prefix = `branch${round}.${opened++}/`
    const renamed = renameValues(clone(GraphProtoSchema, branch), prefix, node)
    const inner = readNodes(renamed)
    for (const [name, tensor] of inner.constants) constants.set(name, tensor)
    const results = renamed.output.map(({ name }, i) =>
      floatNode(`${node.name}/${i}`, 'Identity', [name], [node.outputs[i] as string]),
    )
    return [...inner.nodes, ...results.filter(({ outputs }) => outputs[0])]
  })
  return opened === 0 ? undefined : { ...graph, nodes, constants }
}

/** Gives the values that a branch defines names of their own in the graph around it. */
function renameValues(graph: GraphProto, prefix: string, node: FloatNode): GraphProto {
  const rename = (name: string, own: ReadonlySet<string>) => (own.has(name) ? prefix + name : name)
  const visit = (inner: GraphProto, outer: ReadonlySet<string>) => {
    const own = new Set(outer)
    for (const tensor of inner.initializer) own.add(tensor.name)
    for (const { output } of inner.node) for (const name of output) if (name) own.add(name)
    for (const tensor of inner.initializer) tensor.name = rename(tensor.name, own)
    for (const proto of inner.node) {
      proto.input = proto.input.map((name) => rename(name, own))
      proto.output = proto.output.map((name) => rename(name, own))
      for (const { g } of proto.attribute) if (g) visit(g, own)
    }
    for (const output of inner.output) output.name = rename(output.name, own)
  }
  visit(graph, new Set())
  if (graph.output.length < node.outputs.length) {
    throw new InvalidGraphError('a branch with another number of outputs', siteOf(node))
  }
  return graph
}
