import { Dtype } from '../../tensor.js'
import { integerTensor } from '../tensor.js'
import type { Emitted } from './emit.js'
import type { LoweringContext } from './lowering.js'
import { linear, type Quantised } from './quantised.js'
import { castTo } from './requantise.js'
import { steepInput } from './steep.js'
import { entriesAt, entriesOf, type RealFunction, wideTarget } from './table.js'

/** Steps of the input as a power of two. */
const STEPS_LOG = 30
/** Lines of each level of resolution, and by how much a level is coarser than the one before. */
const LINES = 2 ** 10
const STRIDE = 2 ** 4
const LEVELS = 6
/** The largest step of a level: whole steps of every level divide it. */
const LARGEST = STRIDE ** (LEVELS - 1)
/** Steps of the result: what a root gives of small inputs has digits of its own, too. */
const RESULT_STEPS = 2 ** 28

/**
 * A function of a number above zero that bends much near it, on lines that are the shorter, the smaller the input is:
 * each is at most a sixty-fourth of what it starts from. The result has more than 16 bits.
 */
export function lookUpSteepLines(context: LoweringContext, apply: RealFunction): Quantised {
  const { emitter } = context
  const x = steepInput(context, STEPS_LOG)
  const [scale = 1] = x.scales
  const target = wideTarget(context, RESULT_STEPS)
  const { starts, slopes } = linesOf((step) =>
    Number(entriesOf(context, target, [apply(step * scale)])[0]),
  )
  const { index, rest } = placeOf(context, x)
  const [start, slope] = [starts, slopes].map((entries) =>
    entriesAt(
      emitter,
      emitter.constant(integerTensor(Dtype.int32, [entries.length], entries), 'table'),
      index,
    ),
  ) as [Emitted, Emitted]
  const rise = emitter.node('Div', [
    emitter.node('Mul', [castTo(emitter, slope, Dtype.int64), castTo(emitter, rest, Dtype.int64)]),
    emitter.scalar(Dtype.int64, LARGEST),
  ])
  const y = emitter.node('Add', [start, castTo(emitter, rise, Dtype.int32)], {}, context.node.name)
  return linear(y, target.scale, target.zero)
}

/** Where each line starts, and how far it rises. A level's lines below the end of the level before it are never read. */
function linesOf(entryAt: (step: number) => number) {
  const starts: number[] = []
  const slopes: number[] = []
  for (let level = 0; level < LEVELS; level++) {
    const step = STRIDE ** level
    for (let i = 0; i < LINES; i++) {
      const isRead = level === 0 || i >= LINES / STRIDE
      const start = isRead ? entryAt(i * step) : 0
      starts.push(start)
      // The steps of the first level are those of the input: nothing lies between them.
      slopes.push(isRead && level > 0 ? entryAt((i + 1) * step) - start : 0)
    }
  }
  return { starts, slopes }
}

/** On which line an input stands, and how far along it: from 0 to below `LARGEST`. */
function placeOf({ emitter }: LoweringContext, x: Emitted) {
  const number = (value: number) => emitter.scalar(Dtype.int32, value)
  // In steps of the finest level that holds the input, times what makes all of them as large as the largest.
  let position: Emitted = x
  let base = number((LEVELS - 1) * LINES)
  for (let level = LEVELS - 2; level >= 0; level--) {
    const end = LINES * STRIDE ** level
    const isFiner = emitter.node('Less', [x, number(end)])
    const inside = emitter.node('Min', [x, number(end - 1)])
    const finer = emitter.node('Mul', [inside, number(LARGEST / STRIDE ** level)])
    position = emitter.node('Where', [isFiner, finer, position])
    base = emitter.node('Where', [isFiner, number(level * LINES), base])
  }
  const line = emitter.node('Div', [position, number(LARGEST)])
  const rest = emitter.node('Sub', [position, emitter.node('Mul', [line, number(LARGEST)])])
  return {
    index: emitter.node('Add', [line, base]),
    // It lies within these bounds already, which intervals do not know.
    rest: emitter.node('Clip', [rest, number(0), number(LARGEST - 1)]),
  }
}
