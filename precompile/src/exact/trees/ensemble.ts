import { Dtype } from '../../tensor.js'
import type { Emitted } from '../compile/emit.js'
import type { LoweringContext } from '../compile/lowering.js'
import { castTo } from '../compile/requantise.js'
import { rangeOf } from '../interval.js'
import { decide } from './decide.js'
import { featuresOf } from './features.js'
import { type Forest, readForest } from './forest.js'
import { type ForestTable, tabulate } from './table.js'
import { walk } from './walk.js'

/** Trees that were walked. */
export interface Walked {
  readonly forest: Forest
  readonly table: ForestTable
  /** The slot of the leaf in which each tree ended: int32 [rows, trees]. */
  readonly slot: Emitted
}

/** Reads the trees of a node and walks them for its input. */
export function walkEnsemble(context: LoweringContext, prefix: 'target' | 'class'): Walked {
  const forest = readForest(context.node.attributes, prefix)
  if (forest.roots.length === 0) context.refuse('it has no trees')
  expectWeights(context, forest)
  const { value, columns } = featuresOf(context)
  const wide = value.dtype === Dtype.int64 ? Dtype.int64 : Dtype.int32
  const table = tabulate(decide(forest, columns), rangeOf(wide).high)
  const slot = walk(context.emitter, castTo(context.emitter, value, wide), table)
  return { forest, table, slot }
}

/** A list of numbers that has to be finite. */
export function finite(
  context: LoweringContext,
  name: string,
  numbers: ArrayLike<number>,
): readonly number[] {
  const list = Array.from(numbers)
  const wrong = list.find((number) => !Number.isFinite(number))
  if (wrong !== undefined) context.refuse(`${name} holds ${wrong}`)
  return list
}

/** Engines read one weight a target from a leaf. */
function expectWeights(context: LoweringContext, forest: Forest): void {
  for (const node of forest.nodes) {
    if (node.mode !== 'LEAF') continue
    const targets = new Set(node.weights.map(({ target }) => target))
    if (targets.size < node.weights.length) context.refuse('a leaf has two weights for one target')
    if (node.weights.some(({ weight }) => !Number.isFinite(weight))) {
      context.refuse('a weight of a leaf is not finite')
    }
  }
}
