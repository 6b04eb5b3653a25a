import { elementCount } from '../../tensor.js'
import type { IntegerTensor } from '../tensor.js'
import { axisOf, numbersOf } from './axes.js'
import { outputOf } from './elementwise.js'
import type { BoundsContext, EvaluateContext } from './operator.js'
import { offsetsOf, stridesOf } from './strided.js'

type Site = Pick<BoundsContext, 'attributes' | 'version'> & {
  readonly inputs: readonly ({ readonly shape: readonly number[] } | undefined)[]
}

/** How many elements of the input each element of the output comes from. */
export function reducedCount(context: BoundsContext, inputSince: number): number {
  if (context.attributes.int('noop_with_empty_axes', 0) !== 0) {
    context.refuse('noop_with_empty_axes is set')
  }
  const isInput = context.version >= inputSince && context.inputs[1] !== undefined
  const { shape } = context.input(0)
  const axes = axesOf(context, isInput ? context.constant(1) : undefined)
  return elementCount(axes.map((axis) => shape[axis] as number))
}

/** Combines the elements of the first input that fall together, in row-major order. */
export function reduce<T extends number | bigint>(
  context: EvaluateContext,
  inputSince: number,
  combine: (a: T, b: T) => T,
): IntegerTensor {
  const output = outputOf(context)
  const { shape, data } = context.input(0)
  const axes = axesOf(context, context.version >= inputSince ? context.inputs[1] : undefined)
  const kept = shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
  const strides = stridesOf(kept).map((stride, axis) => (axes.includes(axis) ? 0 : stride))
  const offsets = offsetsOf(shape, strides)
  const seen = new Uint8Array(output.data.length)
  const target = output.data as unknown as T[]
  for (let i = 0; i < offsets.length; i++) {
    const at = offsets[i] as number
    const value = data[i] as T
    target[at] = seen[at] === 0 ? value : combine(target[at] as T, value)
    seen[at] = 1
  }
  return output
}

/** Every axis where none is named. */
function axesOf({ attributes, inputs }: Site, given: IntegerTensor | undefined): readonly number[] {
  const shape = inputs[0]?.shape ?? []
  const axes = given ? numbersOf(given) : (attributes.ints('axes') ?? [])
  return axes.length === 0 ? [...shape.keys()] : axes.map((axis) => axisOf(axis, shape))
}
