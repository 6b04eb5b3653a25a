import { Dtype } from '../../tensor.js'
import { INTEGER_RANGE, integerTensor } from '../tensor.js'
import type { Emitted } from './emit.js'
import type { LoweringContext } from './lowering.js'
import { encodingOf, type Quantised, WIDE_MAX } from './quantised.js'

const [PADS, VALUE, AXES] = [1, 2, 3] as const

/** A border around a tensor; a border below zero cuts. */
export function lowerPadding(context: LoweringContext): Quantised {
  const { attributes } = context.node
  const mode = attributes.string('mode', 'constant')
  const { heads, tails } = bordersOf(context)
  if (mode === 'constant') return constantBorder(context, heads, tails)
  let x = context.movable(0)
  heads.forEach((head, axis) => {
    const size = x.shape[axis] as number
    const length = head + size + (tails[axis] as number)
    if (length === size) return
    const indices = Array.from({ length }, (_, i) => {
      return sourceOf(i - head, size, mode) ?? context.refuse(`its mode is "${mode}"`)
    })
    x = { ...x, ...pick(context, x, axis, indices) }
  })
  return x
}

/** The same elements of a tensor along one axis, in another order and number. */
export function pick(
  { emitter }: LoweringContext,
  x: Emitted,
  axis: number,
  indices: readonly number[],
): Emitted {
  const list = emitter.constant(integerTensor(Dtype.int64, [indices.length], indices))
  return emitter.node('Gather', [x, list], { axis: BigInt(axis) })
}

function sourceOf(i: number, size: number, mode: string): number | undefined {
  if (mode === 'edge') return Math.min(size - 1, Math.max(0, i))
  if (mode === 'wrap') return ((i % size) + size) % size
  if (mode !== 'reflect') return undefined
  if (size === 1) return 0
  const period = 2 * (size - 1)
  const at = ((i % period) + period) % period
  return at < size ? at : period - at
}

/** Borders of all axes; pads are an attribute before operator set 11. */
function bordersOf(context: LoweringContext): { heads: number[]; tails: number[] } {
  const { attributes } = context.node
  const rank = context.inputShape(0).length
  const pads = context.has(PADS)
    ? context.integers(PADS)
    : (attributes.ints('pads') ?? attributes.ints('paddings') ?? context.refuse('it has no pads'))
  const axes = context.has(AXES)
    ? context.integers(AXES)
    : Array.from({ length: rank }, (_, i) => i)
  const heads = new Array<number>(rank).fill(0)
  const tails = new Array<number>(rank).fill(0)
  axes.forEach((axis, i) => {
    const at = axis < 0 ? axis + rank : axis
    heads[at] = pads[i] as number
    tails[at] = pads[i + axes.length] as number
  })
  return { heads, tails }
}

function constantBorder(
  context: LoweringContext,
  heads: readonly number[],
  tails: readonly number[],
): Quantised {
  const { emitter, node } = context
  const real = context.has(VALUE)
    ? (context.requireConstant(VALUE).values[0] ?? 0)
    : node.attributes.float('value', 0)
  const cut = cropped(context, holding(context, real), heads, tails)
  const positive = [...heads, ...tails].map((border) => Math.max(0, border))
  if (positive.every((border) => border === 0)) return cut
  const step = Math.round(real / (cut.scales[0] as number) + (cut.zeros[0] as number))
  const [low, high] = cut.dtype === Dtype.int64 ? [-WIDE_MAX, WIDE_MAX] : INTEGER_RANGE[cut.dtype]
  const value = emitter.scalar(cut.dtype, Math.min(Number(high), Math.max(Number(low), step)))
  return { ...cut, ...emitter.node('Pad', [cut, emitter.list(positive), value]) }
}

/** The input in a form that also holds the value of the border. */
function holding(context: LoweringContext, real: number): Quantised {
  const x = context.movable(0)
  const { low, high } = context.inputRange(0)
  const isHeld = real === 0 || (real >= Math.min(0, low) && real <= Math.max(0, high))
  if (isHeld || context.isWide(0) || !context.isReal(0)) return x
  return context.requantise(context.input(0), encodingOf(context.outputRange(0), context.bits))
}

function cropped(
  { emitter }: LoweringContext,
  x: Quantised,
  heads: readonly number[],
  tails: readonly number[],
): Quantised {
  const axes = heads.flatMap((head, axis) =>
    head < 0 || (tails[axis] as number) < 0 ? [axis] : [],
  )
  if (axes.length === 0) return x
  const starts = axes.map((axis) => Math.max(0, -(heads[axis] as number)))
  const ends = axes.map((axis) => (x.shape[axis] as number) - Math.max(0, -(tails[axis] as number)))
  const lists = [starts, ends, axes].map((list) => emitter.list(list))
  return { ...x, ...emitter.node('Slice', [x, ...lists]) }
}
