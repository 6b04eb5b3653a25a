import { axisOf } from '../../../exact/operators/axes.js'
import { elementCount } from '../../../tensor.js'
import type { Source } from '../source.js'
import type { Lowering, LoweringContext } from './lowering.js'

/** Parts that one kernel reads. */
const MAX_PARTS = 16

/** A part of the result: so many elements of each run along the axis and all axes after it. */
interface Part {
  readonly source: Source
  readonly run: number
}

export const concat: Lowering = (context) => {
  const axis = axisOf(context.attributes.requiredInt('axis'), context.output.shape)
  let parts = context.inputs.flatMap((input): Part[] =>
    input && input.count > 0
      ? [{ source: input.source, run: elementCount(input.shape.slice(axis)) }]
      : [],
  )
  const outer = elementCount(context.output.shape.slice(0, axis))
  while (parts.length > MAX_PARTS) parts = joinGroups(context, parts, outer)
  return [join(context, parts, outer).source]
}

function joinGroups(context: LoweringContext, parts: readonly Part[], outer: number): Part[] {
  const groups: Part[] = []
  for (let i = 0; i < parts.length; i += MAX_PARTS) {
    const { source, run } = join(context, parts.slice(i, i + MAX_PARTS), outer)
    groups.push({ source: { kind: 'stored', storage: context.planner.store(source) }, run })
  }
  return groups
}

function join({ planner, output }: LoweringContext, parts: readonly Part[], outer: number): Part {
  const [only] = parts
  if (parts.length === 1 && only) return only
  const { layout } = output
  const run = parts.reduce((sum, part) => sum + part.run, 0)
  const source = planner.formula(
    {
      count: outer * run,
      layout,
      isView: true,
      body(emit) {
        const lines = [`let outer = i / ${run}u;`, `let at = i % ${run}u;`]
        let end = 0
        parts.forEach((part, k) => {
          const index = `outer * ${part.run}u + at - ${end}u`
          const value = layout === 'i64' ? emit.wide(k, index) : emit.low(k, index)
          end += part.run
          lines.push(
            k === parts.length - 1 ? `return ${value};` : `if (at < ${end}u) { return ${value}; }`,
          )
        })
        return lines.length > 2 ? lines.join('\n') : 'return 0i;'
      },
    },
    parts.map((part) => ({ source: part.source, reads: 'once' })),
  )
  return { source, run }
}
