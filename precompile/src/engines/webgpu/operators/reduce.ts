import { axisOf, numbersOf } from '../../../exact/operators/axes.js'
import { stridesOf } from '../../../exact/operators/strided.js'
import { elementCount } from '../../../tensor.js'
import { stridedIndex } from '../strided.js'
import type { Lowering, LoweringContext } from './lowering.js'

/** How two elements become one. */
interface Combination {
  readonly narrow: (a: string, b: string) => string
  /** A function of the library. */
  readonly wide: string
}

/** @param inputSince - Operator set in which the axes became an input. */
function reduction(inputSince: number, { narrow, wide }: Combination): Lowering {
  return (context) => {
    const { planner, output } = context
    const { source, shape } = context.input(0)
    const axes = axesOf(context, inputSince)
    const strides = stridesOf(shape)
    const pick = (isReduced: boolean) =>
      [...shape.keys()].filter((axis) => axes.has(axis) === isReduced)
    const along = (index: string, picked: readonly number[]) =>
      stridedIndex(
        index,
        picked.map((axis) => shape[axis] as number),
        picked.map((axis) => strides[axis] as number),
      )
    const count = elementCount(pick(true).map((axis) => shape[axis] as number))
    const isWide = output.layout === 'i64'
    const result = planner.formula(
      {
        count: output.count,
        layout: output.layout,
        body(emit) {
          if (count === 0) return isWide ? 'return vec2<u32>();' : 'return 0i;'
          const read = (index: string) => (isWide ? emit.wide(0, index) : emit.low(0, index))
          const combine = isWide ? `${emit.use(wide)}(total, next)` : narrow('total', 'next')
          return `let start = ${along('i', pick(false))};
var total = ${read('start')};
for (var r = 1u; r < ${count}u; r++) {
  let next = ${read(`start + ${along('r', pick(true))}`)};
  total = ${combine};
}
return total;`
        },
      },
      [{ source, reads: 'once' }],
    )
    return [result]
  }
}

/** Every axis where none is named. */
function axesOf(context: LoweringContext, inputSince: number): ReadonlySet<number> {
  const { attributes, version, inputs } = context
  const { shape } = context.input(0)
  const isInput = version >= inputSince && inputs[1] !== undefined
  const axes = isInput ? numbersOf(context.constant(1)) : (attributes.ints('axes') ?? [])
  return new Set(axes.length === 0 ? shape.keys() : axes.map((axis) => axisOf(axis, shape)))
}

export const reduceSum = reduction(13, { narrow: (a, b) => `${a} + ${b}`, wide: 'add64' })
export const reduceMax = reduction(18, { narrow: (a, b) => `max(${a}, ${b})`, wide: 'max64' })
export const reduceMin = reduction(18, { narrow: (a, b) => `min(${a}, ${b})`, wide: 'min64' })
