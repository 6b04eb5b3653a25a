import type { LoweringContext } from './lowering.js'
import { pick } from './padding.js'
import type { Quantised } from './quantised.js'

/** Resizes by looking up the nearest element along each axis. */
export function lowerNearest(context: LoweringContext): Quantised {
  const { attributes, operator } = context.node
  const mode = attributes.string('mode', 'nearest')
  if (mode !== 'nearest') context.refuse(`its mode is "${mode}"`, 'Resize with mode="nearest".')
  const scales = scalesOf(context)
  const isOld = operator === 'Upsample' || context.version < 11
  const sourceOf = coordinates(
    isOld ? 'asymmetric' : attributes.string('coordinate_transformation_mode', 'half_pixel'),
    isOld ? 'floor' : attributes.string('nearest_mode', 'round_prefer_floor'),
  )
  if (!sourceOf) {
    return context.refuse(
      'it transforms coordinates in an unusual way',
      'Use asymmetric or half_pixel.',
    )
  }
  let x = context.movable(0)
  // The last axis first, while there is least of it: there single elements are moved, before it whole rows.
  for (const [axis, length] of [...context.outputShape(0).entries()].reverse()) {
    const size = x.shape[axis] as number
    const scale = scales[axis] as number
    if (length === size && scale === 1) continue
    const indices = Array.from({ length }, (_, i) =>
      Math.min(size - 1, Math.max(0, sourceOf(i, { scale, size, length }))),
    )
    x = { ...x, ...pick(context, x, axis, indices) }
  }
  return x
}

/** Scale of each axis: given, or what the sizes amount to. */
function scalesOf(context: LoweringContext): readonly number[] {
  const { operator, attributes } = context.node
  const before = context.inputShape(0)
  const index = operator === 'Upsample' || context.version < 11 ? 1 : 2
  const given = context.constant(index)?.values ?? attributes.floats('scales')
  const axes = attributes.ints('axes')?.map((axis) => (axis < 0 ? axis + before.length : axis))
  return context.outputShape(0).map((length, axis) => {
    const at = axes ? axes.indexOf(axis) : axis
    const scale = at < 0 ? 1 : given?.[at]
    return scale ?? length / (before[axis] as number)
  })
}

interface Axis {
  readonly scale: number
  readonly size: number
  readonly length: number
}

function coordinates(
  transformation: string,
  rounding: string,
): ((i: number, axis: Axis) => number) | undefined {
  const place = TRANSFORMATIONS[transformation]
  const round = ROUNDINGS[rounding]
  if (!place || !round) return undefined
  return (i, axis) => round(place(i, axis))
}

const TRANSFORMATIONS: Readonly<Record<string, (i: number, axis: Axis) => number>> = {
  asymmetric: (i, { scale }) => i / scale,
  half_pixel: (i, { scale }) => (i + 0.5) / scale - 0.5,
  pytorch_half_pixel: (i, { scale, length }) => (length > 1 ? (i + 0.5) / scale - 0.5 : 0),
  align_corners: (i, { size, length }) => (length === 1 ? 0 : (i * (size - 1)) / (length - 1)),
}

const ROUNDINGS: Readonly<Record<string, (x: number) => number>> = {
  floor: Math.floor,
  ceil: Math.ceil,
  round_prefer_floor: (x) => Math.ceil(x - 0.5),
  round_prefer_ceil: (x) => Math.floor(x + 0.5),
}
