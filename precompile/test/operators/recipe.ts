import type { Operator } from '../../src/model/operators/operator.js'
import { admits, type Parameter } from '../../src/model/operators/signature.js'
import {
  bytesPerElement,
  Dtype,
  dtypeName,
  elementCount,
  type Shape,
  type Tensor,
} from '../../src/tensor.js'
import { type Attributes, node, noise, onnx, value, weight } from '../../src/testing/onnx.js'

/** Numbers that the model fixes, where they decide a shape or must be of one kind. */
export interface Fixed {
  readonly shape: Shape
  readonly numbers: readonly number[]
}

/** One input of a node: random numbers of a shape, fixed numbers, or nothing. */
export type Operand = Shape | Fixed | undefined

/** One way to use an operator. Element types and versions come from its signature. */
export interface Recipe {
  readonly inputs: readonly Operand[]
  readonly attributes?: Attributes
  /** Number of outputs to ask for. Default 1. */
  readonly outputs?: number
  /** Operator sets that this form belongs to. Default: all that have the operator. */
  readonly since?: number
  readonly until?: number
  /** The only type of input 0 that this form belongs to. Default: all that the operator takes. */
  readonly dtype?: Dtype
  /** The model declares its dimensions, instead of leaving them to the caller. */
  readonly closed?: boolean
}

export type RecipeTable = Readonly<Record<string, readonly Recipe[]>>

/** A vector of fixed numbers. */
export function list(...numbers: readonly number[]): Fixed {
  return { shape: [numbers.length], numbers }
}

/** A fixed number. */
export function scalar(number: number): Fixed {
  return { shape: [], numbers: [number] }
}

/** A recipe whose attributes are integers, or lists of them. */
export function integers(
  attributes: Readonly<Record<string, number | readonly number[]>>,
): Attributes {
  return Object.fromEntries(
    Object.entries(attributes).map(([name, number]) => [
      name,
      typeof number === 'number' ? BigInt(number) : number.map(BigInt),
    ]),
  )
}

/** One recipe with concrete element types, ready to run. */
export interface Variant {
  readonly title: string
  readonly bytes: Uint8Array
  readonly inputs: readonly Tensor[]
}

/** Operator sets that gave many operators new forms, and the latest one. */
/** The oldest operator set that models may import. */
const OLDEST = 6
const VERSIONS = [7, 13, 18, 21, 24, 26]
const ML_VERSIONS = [1, 2, 3, 4, 5]
const ML_DOMAIN = 'ai.onnx.ml.'

/** Every recipe of an operator with every element type and operator set that its signature admits. */
export function* variants(
  name: string,
  operator: Operator,
  recipes: readonly Recipe[],
): Generator<Variant> {
  const isMl = name.startsWith(ML_DOMAIN)
  for (const version of isMl ? versionsOf(operator, ML_VERSIONS) : versionsOf(operator, VERSIONS)) {
    for (const types of assignments(operator, version)) {
      for (const [index, recipe] of recipes.entries()) {
        if (version < (recipe.since ?? 0) || version > (recipe.until ?? version)) continue
        const [first] = operator.signature.inputs
        if (recipe.dtype !== undefined && recipe.dtype !== dtypeOf(first, types)) continue
        const named = [...types].map(([variable, dtype]) => `${variable}=${dtypeName(dtype)}`)
        const title = [name, `v${version}`, ...named, `recipe ${index}`].join(' ')
        const opsets = isMl ? { ai: 17, ml: version } : { ai: version }
        yield { title, ...build(name, operator, recipe, types, version, opsets) }
      }
    }
  }
}

/** Every operator set from which the operator takes other types or inputs, and the common ones. */
function versionsOf({ signature }: Operator, common: readonly number[]): readonly number[] {
  const { types, inputs, since, until } = signature
  const changes = [...Object.values(types).flatMap((set) => Object.keys(set).map(Number))]
  const all = new Set([...common, ...changes, ...inputs.map((input) => input.since), since, until])
  return [...all]
    .filter((version) => version >= Math.max(since, OLDEST) || common === ML_VERSIONS)
    .filter((version) => version <= Math.min(until, common.at(-1) ?? until))
    .sort((a, b) => a - b)
}

type Types = ReadonlyMap<string, Dtype>

/** Every combination of the types that the variables of a signature may have. */
function assignments(operator: Operator, version: number): readonly Types[] {
  const { types, inputs } = operator.signature
  let all: Types[] = [new Map()]
  for (const [variable, set] of Object.entries(types)) {
    const isPresent = inputs.some((input) => input.variable === variable && input.since <= version)
    if (!isPresent) continue
    const dtypes = Object.values(Dtype).filter((dtype) => admits(set, dtype, version))
    if (dtypes.length === 0) continue
    all = all.flatMap((some) => dtypes.map((dtype) => new Map([...some, [variable, dtype]])))
  }
  return all
}

function build(
  name: string,
  operator: Operator,
  recipe: Recipe,
  types: Types,
  version: number,
  opsets: { ai: number; ml?: number },
): Pick<Variant, 'bytes' | 'inputs'> {
  const parameters = operator.signature.inputs.filter(({ since }) => since <= version)
  const next = noise(7)
  const names = recipe.inputs.map((operand, i) => (operand === undefined ? '' : `i${i}`))
  const weights = []
  const inputs = []
  const tensors: Tensor[] = []
  for (const [i, operand] of recipe.inputs.entries()) {
    if (operand === undefined) continue
    const dtype = dtypeOf(parameters[i] ?? parameters.at(-1), types)
    if ('numbers' in operand) {
      weights.push(weight(`i${i}`, dtype, operand.shape, elements(dtype, operand.numbers)))
      continue
    }
    inputs.push(
      value(
        `i${i}`,
        dtype,
        operand.map((size, axis) => (recipe.closed ? size : `i${i}d${axis}`)),
      ),
    )
    const numbers = Array.from({ length: elementCount(operand) }, () => random(dtype, next))
    tensors.push({ dtype, shape: operand, data: elements(dtype, numbers) })
  }
  const outputs = Array.from({ length: recipe.outputs ?? 1 }, (_, i) => `o${i}`)
  const nodes = [node(name, names, outputs, recipe.attributes)]
  if (inputs.length === 0) {
    // A model takes something, even where its operator does not.
    inputs.push(value('unused', Dtype.float32, [1]))
    tensors.push({ dtype: Dtype.float32, shape: [1], data: new Uint8Array(4) })
    nodes.push(node('Identity', ['unused'], ['passed']))
    outputs.push('passed')
  }
  const graph = { nodes, inputs, outputs: outputs.map((output) => ({ name: output })), weights }
  return { bytes: onnx(graph, opsets), inputs: tensors }
}

function dtypeOf(parameter: Parameter | undefined, types: Types): Dtype {
  const { dtype, variable } = parameter ?? {}
  return dtype ?? (variable === undefined ? undefined : types.get(variable)) ?? Dtype.float32
}

/** Small numbers that every type can hold; integers are positive, so that they divide and index. */
function random(dtype: Dtype, next: () => number): number {
  if (dtype === Dtype.bool) return next() > 0 ? 1 : 0
  const isFraction = [Dtype.float32, Dtype.float64, Dtype.float16].some((float) => float === dtype)
  return isFraction ? next() : 1 + Math.floor(Math.abs(next()) * 4)
}

const WRITERS: Partial<Record<Dtype, (view: DataView, at: number, number: number) => void>> = {
  [Dtype.float32]: (view, at, number) => view.setFloat32(at, number, true),
  [Dtype.float64]: (view, at, number) => view.setFloat64(at, number, true),
  [Dtype.float16]: (view, at, number) => view.setUint16(at, float16(number), true),
  [Dtype.int64]: (view, at, number) => view.setBigInt64(at, BigInt(number), true),
  [Dtype.uint64]: (view, at, number) => view.setBigUint64(at, BigInt(number), true),
  [Dtype.int32]: (view, at, number) => view.setInt32(at, number, true),
  [Dtype.uint32]: (view, at, number) => view.setUint32(at, number, true),
  [Dtype.int16]: (view, at, number) => view.setInt16(at, number, true),
  [Dtype.uint16]: (view, at, number) => view.setUint16(at, number, true),
}

function elements(dtype: Dtype, numbers: readonly number[]): Uint8Array {
  const width = bytesPerElement(dtype)
  const bytes = new Uint8Array(numbers.length * width)
  const view = new DataView(bytes.buffer)
  const write = WRITERS[dtype] ?? ((_, at, number) => view.setInt8(at, number))
  numbers.forEach((number, i) => {
    write(view, i * width, number)
  })
  return bytes
}

/** The bits of a half-precision number between 2^-14 and 2^15; smaller ones are zero. */
function float16(number: number): number {
  const magnitude = Math.abs(number)
  const sign = number < 0 ? 0x8000 : 0
  if (magnitude < 2 ** -14) return sign
  const exponent = Math.floor(Math.log2(magnitude))
  return sign | ((exponent + 15) << 10) | Math.floor((magnitude / 2 ** exponent - 1) * 1024)
}
