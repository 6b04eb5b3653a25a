import { LRUCache } from 'lru-cache'
import type { ModelProto, TensorProto } from 'onnx-buf'
import { modelIdOf } from '../commitment/hash.js'
import { elementCount, type Shape } from '../tensor.js'
import { classify } from './classify.js'
import { nodeUnits } from './cost.js'
import { checkDivisions, checkOpenDivisions, type OpenDivision } from './divisions.js'
import {
  InvalidGraphError,
  ModelFunctionError,
  ModelTooLargeError,
  ModelVersionError,
  ShapeMismatchError,
  UnboundedShapeError,
} from './errors.js'
import { parseModelProto } from './file/parse.js'
import { type BuiltGraph, buildGraph } from './graph/build.js'
import type { GraphOutput } from './graph/graph.js'
import { isDefaultDomain } from './graph/lookup.js'
import { IncompatibleShapesError } from './infer/context.js'
import { Tally } from './infer/tally.js'
import { DATA, type Dims, FREE, isConcrete, type Value } from './infer/value.js'
import { type Values, walk } from './infer/walk.js'
import { defaultLimits, type ModelLimits } from './limits.js'
import type { Evaluation, Model, ValueInfo } from './model.js'

/** Versions that the canonical engine reads. */
const IR_VERSIONS = [3, 13] as const
const OPSET_VERSIONS = [6, 26] as const
const ML_VERSIONS = [1, 5] as const
const REMEMBERED_SHAPES = 64

/**
 * Reads and validates an ONNX model that anybody may have made.
 * Where the file's declared output shapes differ from what the graph computes, the graph is believed.
 * @param bytes - The file.
 * @param limits - Bounds on the file and on one run.
 * @throws ModelError, one subclass a reason, each with a stable `code`.
 * @example
 * const model = readModel(await readFile('volatility.onnx'))
 * const { outputShapes, cost } = model.evaluate([[1, 8]])
 */
export function readModel(bytes: Uint8Array, limits: ModelLimits = defaultLimits): Model {
  const opened = openModel(bytes, limits)
  const { built, inputs, outputs, values } = opened
  const classified = classify(opened)
  // What is exact was proved not to trap.
  const divisions = classified.class === 'exact' ? [] : checkDivisions(built, values)
  const model: Model = {
    id: modelIdOf(bytes),
    ...classified,
    bytes,
    inputs,
    outputs,
    operators: opened.operators,
    opset: opened.opset,
    loadCost: { bytes: bytes.length, nodes: opened.nodes },
    evaluate: createEvaluate(built, inputs, limits, divisions),
  }
  if (inputs.every(({ shape }) => !shape.includes(-1))) checkStatic(model)
  return model
}

/** A file whose structure is checked. */
export interface OpenedModel {
  readonly proto: ModelProto
  readonly built: BuiltGraph
  readonly inputs: readonly ValueInfo[]
  readonly outputs: readonly ValueInfo[]
  /** What is known of every value before a caller names the input shapes, by slot. */
  readonly values: Values
  /** Weights as they stand in the file, by slot. */
  readonly weights: ReadonlyMap<number, TensorProto>
  readonly operators: Readonly<Record<string, number>>
  /** Those of branches included, one with very many inputs as several. */
  readonly nodes: number
  readonly opset: number
}

/** Parses a file and checks the structure of its graph. @throws ModelError */
export function openModel(bytes: Uint8Array, limits: ModelLimits = defaultLimits): OpenedModel {
  const proto = parseModelProto(bytes, limits)
  const versions = checkHeader(proto)
  if (proto.graph === undefined) throw new InvalidGraphError('the model has no graph')
  const operators: Record<string, number> = Object.create(null)
  const weights = new Map<number, TensorProto>()
  let nodes = 0
  const built = buildGraph(proto.graph, {
    limits,
    versions,
    onNode(name, values) {
      nodes += nodeUnits(values)
      operators[name] = (operators[name] ?? 0) + 1
    },
    onWeight: (slot, tensor) => weights.set(slot, tensor),
  })
  const inputs = built.graph.inputs.map(({ name, dtype, shape }) => ({ name, dtype, shape }))
  if (inputs.length === 0) throw new InvalidGraphError('the graph has no inputs')
  if (built.graph.outputs.length === 0) throw new InvalidGraphError('the graph has no outputs')
  const values = inferValues(built)
  return {
    proto,
    built,
    inputs,
    outputs: built.graph.outputs.map((output) => describeOutput(output, values[output.slot])),
    values,
    weights,
    operators: { ...operators },
    nodes,
    opset: versions.get('') ?? 0,
  }
}

function checkHeader({ irVersion, opsetImport, functions }: ModelProto): Map<string, number> {
  checkVersion('IR version', irVersion, IR_VERSIONS)
  const [defined] = functions
  if (defined !== undefined) throw new ModelFunctionError(`${defined.domain}.${defined.name}`)
  const versions = new Map<string, number>()
  for (const { domain, version } of opsetImport) {
    // A model may import domains that it does not use.
    if (isDefaultDomain(domain)) checkVersion('operator-set version', version, OPSET_VERSIONS)
    if (domain === 'ai.onnx.ml') checkVersion('ai.onnx.ml version', version, ML_VERSIONS)
    versions.set(isDefaultDomain(domain) ? '' : domain, Number(version))
  }
  return versions
}

function checkVersion(what: string, actual: bigint, [min, max]: readonly [number, number]): void {
  if (actual < min || actual > max) throw new ModelVersionError(what, actual, min, max)
}

/** What is known of every value before a caller names the input shapes. */
function inferValues({ graph, slots }: BuiltGraph): Values {
  const values: Values = new Array<Value | undefined>(slots)
  for (const { slot, dtype, shape } of graph.inputs) {
    values[slot] = { dtype, dims: shape.map((dim) => (dim < 0 ? FREE : dim)), elements: DATA }
  }
  try {
    walk(graph, values)
  } catch (error) {
    throw error instanceof IncompatibleShapesError ? toInvalidGraph(error) : error
  }
  return values
}

function describeOutput(output: GraphOutput, value: Value | undefined): ValueInfo {
  if (value === undefined) throw new InvalidGraphError(`nothing makes the output "${output.name}"`)
  if (output.dtype !== undefined && output.dtype !== value.dtype) {
    throw new InvalidGraphError(
      `the output "${output.name}" is declared as type ${output.dtype}, the graph gives type ${value.dtype}`,
    )
  }
  const shape = value.dims?.map((dim) => (dim === FREE ? -1 : dim)) ?? output.shape
  if (shape === undefined) {
    throw new UnboundedShapeError(`the output "${output.name}" has no rank known before a call`)
  }
  return { name: output.name, dtype: value.dtype, shape }
}

function toInvalidGraph(error: IncompatibleShapesError): InvalidGraphError {
  const { node, reason } = error
  return new InvalidGraphError(reason, {
    node: node.name,
    operator: node.operatorName,
    cause: error,
  })
}

/** A model without open dimensions has one cost: what is wrong with it is wrong for every call. */
function checkStatic(model: Model): void {
  try {
    model.evaluate(model.inputs.map(({ shape }) => shape))
  } catch (error) {
    const cause = error instanceof ShapeMismatchError ? error.cause : undefined
    throw cause instanceof IncompatibleShapesError ? toInvalidGraph(cause) : error
  }
}

function createEvaluate(
  built: BuiltGraph,
  inputs: readonly ValueInfo[],
  limits: ModelLimits,
  divisions: readonly OpenDivision[],
): Model['evaluate'] {
  const known = new LRUCache<string, Evaluation>({ max: REMEMBERED_SHAPES })
  return (inputShapes) => {
    checkInputs(inputs, inputShapes, limits)
    const key = inputShapes.map((shape) => shape.join()).join(';')
    let evaluation = known.get(key)
    if (evaluation === undefined) {
      evaluation = evaluate(built, inputShapes, limits, divisions)
      known.set(key, evaluation)
    }
    return evaluation
  }
}

function checkInputs(
  inputs: readonly ValueInfo[],
  inputShapes: readonly Shape[],
  limits: ModelLimits,
): void {
  if (inputShapes.length !== inputs.length) {
    throw new ShapeMismatchError({ input: -1, want: [inputs.length], got: [inputShapes.length] })
  }
  inputs.forEach(({ name, shape: want }, input) => {
    const got = inputShapes[input] as Shape
    const fits =
      got.length === want.length &&
      got.every(
        (dim, axis) =>
          Number.isSafeInteger(dim) && dim >= 0 && (want[axis] === -1 || want[axis] === dim),
      )
    if (!fits) throw new ShapeMismatchError({ input, want, got })
    const count = elementCount(got)
    if (!(count <= limits.peakBytes)) {
      throw new ModelTooLargeError(`the input "${name}" in elements`, count, limits.peakBytes)
    }
  })
}

function evaluate(
  { graph, slots }: BuiltGraph,
  inputShapes: readonly Shape[],
  limits: ModelLimits,
  divisions: readonly OpenDivision[],
): Evaluation {
  const values: Values = new Array<Value | undefined>(slots)
  const tally = new Tally(limits)
  graph.inputs.forEach(({ slot, dtype }, i) => {
    const value = { dtype, dims: inputShapes[i] as Shape, elements: DATA } as const
    values[slot] = value
    tally.feed(value)
  })
  try {
    walk(graph, values, tally)
  } catch (error) {
    throw error instanceof IncompatibleShapesError ? toMismatch(graph, inputShapes, error) : error
  }
  checkOpenDivisions(divisions, values)
  const outputShapes = graph.outputs.map(({ name, slot }) =>
    concreteShape(name, values[slot]?.dims),
  )
  return { outputShapes, cost: tally.cost() }
}

function concreteShape(name: string, dims: Dims | undefined): Shape {
  if (isConcrete(dims)) return dims
  throw new UnboundedShapeError(`tensor data decides the shape of the output "${name}"`)
}

/** The first input with an open dimension is the one to blame. */
function toMismatch(
  graph: BuiltGraph['graph'],
  inputShapes: readonly Shape[],
  error: IncompatibleShapesError,
): ShapeMismatchError {
  const input = Math.max(
    0,
    graph.inputs.findIndex(({ shape }) => shape.includes(-1)),
  )
  return new ShapeMismatchError(
    {
      input,
      want: graph.inputs[input]?.shape ?? [],
      got: inputShapes[input] ?? [],
      reason: error.reason,
    },
    { node: error.node.name, operator: error.node.operatorName, cause: error },
  )
}
