import { axisOf } from '../../../exact/operators/axes.js'
import { stridesOf } from '../../../exact/operators/strided.js'
import { elementCount } from '../../../tensor.js'
import type { Emit, Reads } from '../formula.js'
import type { Source } from '../source.js'
import { stridedIndex } from '../strided.js'
import type { Lowering, LoweringContext } from './lowering.js'

export const gather: Lowering = (context) => {
  const { shape } = context.input(0)
  const axis = axisOf(context.attributes.int('axis', 0), shape)
  const size = shape[axis] as number
  const inner = elementCount(shape.slice(axis + 1))
  const picked = context.input(1).count
  const reads = context.output.count === picked ? 'aligned' : 'often'
  return [
    lookedUp(context, reads, (emit) => {
      const index = fromFront(emit, `(i / ${inner}u) % ${picked}u`, size)
      return `(i / ${inner * picked}u * ${size}u + ${index}) * ${inner}u + i % ${inner}u`
    }),
  ]
}

export const gatherElements: Lowering = (context) => {
  const { shape } = context.input(0)
  const axis = axisOf(context.attributes.int('axis', 0), shape)
  const strides = stridesOf(shape)
  const rest = stridedIndex('i', context.output.shape, strides.with(axis, 0))
  return [
    lookedUp(context, 'aligned', (emit) => {
      const index = fromFront(emit, 'i', shape[axis] as number)
      return `${rest} + ${index} * ${strides[axis]}u`
    }),
  ]
}

export const gatherNd: Lowering = (context) => {
  const { shape } = context.input(0)
  const tuples = context.input(1)
  const batch = context.attributes.int('batch_dims', 0)
  const depth = tuples.shape.at(-1) as number
  const strides = stridesOf(shape)
  const inner = elementCount(shape.slice(batch + depth))
  const each = elementCount(tuples.shape.slice(batch, -1))
  return [
    lookedUp(context, 'often', (emit) => {
      const terms = Array.from({ length: depth }, (_, place) => {
        const at = `(i / ${inner}u) * ${depth}u + ${place}u`
        const index = fromFront(emit, at, shape[batch + place] as number)
        return `${index} * ${strides[batch + place]}u`
      })
      const outer = `i / ${inner * each}u * ${elementCount(shape.slice(batch))}u`
      return [outer, ...terms, `i % ${inner}u`].join(' + ')
    }),
  ]
}

/** WGSL for an element of the second input, an index that may count from the end. */
function fromFront(emit: Emit, at: string, size: number): string {
  return `${emit.use('fromFront')}(${emit.low(1, at)}, ${size}u)`
}

/** Elements of the first input at a place that the second one names. */
function lookedUp(
  { planner, output, input }: LoweringContext,
  indexReads: Reads,
  place: (emit: Emit) => string,
): Source {
  const { layout } = output
  return planner.formula(
    {
      count: output.count,
      layout,
      body(emit) {
        const from = place(emit)
        return `return ${layout === 'i64' ? emit.wide(0, from) : emit.low(0, from)};`
      },
    },
    [
      { source: input(0).source, reads: 'often' },
      { source: input(1).source, reads: indexReads },
    ],
  )
}
