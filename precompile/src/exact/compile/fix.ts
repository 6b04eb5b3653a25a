import { elementCount, type Shape, type Tensor } from '../../tensor.js'
import { InvalidFixtureError, OpenDimensionError } from './errors.js'
import type { FloatGraph, NamedValue } from './float.js'

/** What the caller fixes of the inputs, by name. */
export interface Fixtures {
  /** Whole shapes of inputs with open dimensions. */
  readonly shapes?: Readonly<Record<string, Shape>>
  /** Inputs that always have one value, such as a sample rate: they are no inputs of the compiled model. */
  readonly constants?: Readonly<Record<string, Tensor>>
}

/**
 * Fixes the shapes of all inputs, and turns inputs into constants.
 * @throws OpenDimensionError, InvalidFixtureError
 */
export function fixInputs(
  graph: FloatGraph,
  { shapes = {}, constants = {} }: Fixtures,
): FloatGraph {
  const names = new Set(graph.inputs.map(({ name }) => name))
  for (const name of [...Object.keys(shapes), ...Object.keys(constants)]) {
    if (!names.has(name)) throw new InvalidFixtureError(`the model has no input "${name}"`)
  }
  const fixed = graph.inputs.map((input) => {
    const tensor = ownValue(constants, input.name)
    if (tensor && tensor.dtype !== input.dtype) {
      throw new InvalidFixtureError(`the constant for "${input.name}" is of another type`)
    }
    return fixShape(input, tensor?.shape ?? ownValue(shapes, input.name), graph)
  })
  const inputs = fixed.filter(({ name }) => !ownValue(constants, name))
  if (inputs.length === 0) throw new InvalidFixtureError('no input is left')
  const all = new Map(graph.constants)
  for (const [name, tensor] of Object.entries(constants)) all.set(name, tensor)
  return { ...graph, inputs, constants: all }
}

function fixShape(input: NamedValue, given: Shape | undefined, { limits }: FloatGraph): NamedValue {
  const { name } = input
  if (!given) {
    if (input.shape.some((dim) => dim < 0)) throw new OpenDimensionError(name, input.shape)
    return input
  }
  const fits =
    given.length === input.shape.length &&
    given.every((dim, axis) => {
      const declared = input.shape[axis] as number
      return Number.isSafeInteger(dim) && dim >= 0 && (declared < 0 || declared === dim)
    })
  if (!fits) {
    throw new InvalidFixtureError(
      `the shape [${given}] for "${name}" does not fit [${input.shape.map((dim) => (dim < 0 ? '?' : dim))}]`,
    )
  }
  if (elementCount(given) > limits.peakBytes) {
    throw new InvalidFixtureError(`the shape [${given}] for "${name}" is too large`)
  }
  return { ...input, shape: given }
}

function ownValue<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined
}
