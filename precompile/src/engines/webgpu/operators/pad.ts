import { axisOf, numbersOf } from '../../../exact/operators/axes.js'
import { stridesOf } from '../../../exact/operators/strided.js'
import { coordinate, stridedIndex } from '../strided.js'
import type { Lowering } from './lowering.js'

const [PADS, VALUE, AXES] = [1, 2, 3] as const

/** Coordinates are counted from the first element of the input, so that those before it wrap around to large ones. */
export const pad: Lowering = (context) => {
  const { output, planner } = context
  const input = context.input(0)
  const value = context.inputs[VALUE]?.source ?? { kind: 'literal', value: 0n }
  const heads = headsOf(numbersOf(context.constant(PADS)), input.shape, () =>
    context.inputs[AXES] ? numbersOf(context.constant(AXES)) : undefined,
  )
  const strides = stridesOf(input.shape)
  const every = stridesOf(output.shape)
  const shift = heads.reduce((sum, head, axis) => sum + head * (strides[axis] as number), 0)
  const { layout } = output
  const source = planner.formula(
    {
      count: output.count,
      layout,
      body(emit) {
        const read = (source: number, index: string) =>
          layout === 'i64' ? emit.wide(source, index) : emit.low(source, index)
        const border = read(1, '0u')
        if (input.count === 0) return `return ${border};`
        const checks = output.shape.flatMap((size, axis) => {
          if (size === input.shape[axis]) return []
          const at = coordinate('i', every[axis] as number, axis === 0 ? undefined : size)
          return [`if (${at} - ${heads[axis]}u >= ${input.shape[axis]}u) { return ${border}; }`]
        })
        const index = stridedIndex('i', output.shape, strides)
        return `${checks.join('\n')}\nreturn ${read(0, `${index} - ${shift}u`)};`
      },
    },
    [
      { source: input.source, reads: 'once' },
      { source: value, reads: 'often' },
    ],
  )
  return [source]
}

function headsOf(
  pads: readonly number[],
  shape: readonly number[],
  given: () => readonly number[] | undefined,
): number[] {
  const heads = shape.map(() => 0)
  const axes = given() ?? [...shape.keys()]
  axes.forEach((axis, i) => {
    heads[axisOf(axis, shape)] = pads[i] as number
  })
  return heads
}
