import { Dtype } from '../../tensor.js'
import type { Emitted, Emitter } from '../compile/emit.js'
import { integerTensor } from '../tensor.js'
import type { Fixed } from './exponential.js'
import { choosePoint, toFixedPoint } from './fixedPoint.js'
import type { Forest, LeafWeight } from './forest.js'
import type { ForestTable } from './table.js'

/** Bits that scores may take: one is left for what follows, such as a difference of two. */
const ROOM = 61

export type Aggregate = 'SUM' | 'AVERAGE' | 'MIN' | 'MAX'

export interface ScoreOptions {
  readonly aggregate: Aggregate
  /** Targets or classes. */
  readonly count: number
  /** One a target, or none. */
  readonly base: ArrayLike<number>
  /** Numbers that the scores will be compared with, or taken from. */
  readonly also?: readonly number[]
}

/** What all trees say together: [rows, targets]. */
export interface Scores extends Fixed {
  /** Whether the sum is that of the float32 weights without any rounding. */
  readonly isExact: boolean
}

/** Puts the weights of the leaves together in which the trees ended. */
export function score(
  emitter: Emitter,
  slot: Emitted,
  forest: Forest,
  table: ForestTable,
  options: ScoreOptions,
): Scores {
  const { aggregate, count, base, also = [] } = options
  const trees = table.roots.length
  const parts = aggregate === 'AVERAGE' ? trees : 1
  const numbers = [...weightsOf(forest), ...Array.from(base), ...also]
  const point = choosePoint(numbers, trees + parts, ROOM)
  const fixed = (weight: number) => toFixedPoint(weight, point)
  const isSum = aggregate === 'SUM' || aggregate === 'AVERAGE'
  const merged = isSum
    ? sum(emitter, slot, leafTable(forest, table, count, 0n, fixed), count)
    : extreme(emitter, slot, forest, table, options, fixed)
  const start = Array.from(base, (value) => fixed(value) * BigInt(parts))
  const value = start.some((part) => part !== 0n)
    ? emitter.node('Add', [merged, emitter.constant(integerTensor(Dtype.int64, [count], start))])
    : merged
  return { value, exponent: point.exponent, parts, isExact: point.isExact }
}

/** A number in the steps of scores. */
export function inSteps({ exponent, parts }: Fixed, real: number): bigint {
  return toFixedPoint(real, { exponent }) * BigInt(parts)
}

/** For each target, in how many trees the leaf says something of it: int64 [rows, targets]. */
export function countScores(
  emitter: Emitter,
  slot: Emitted,
  forest: Forest,
  table: ForestTable,
  count: number,
): Emitted {
  return sum(
    emitter,
    slot,
    leafTable(forest, table, count, 0n, () => 1n),
    count,
  )
}

function* weightsOf(forest: Forest): Generator<number> {
  for (const node of forest.nodes) {
    if (node.mode === 'LEAF') for (const { weight } of node.weights) yield weight
  }
}

/** A number for each slot and target. */
function leafTable(
  forest: Forest,
  { leaf }: ForestTable,
  count: number,
  empty: bigint,
  numberOf: (weight: number) => bigint,
): bigint[] {
  const table = new Array<bigint>(leaf.length * count).fill(empty)
  leaf.forEach((position, slot) => {
    for (const { target, weight } of weightsAt(forest, position)) {
      table[slot * count + target] = numberOf(weight)
    }
  })
  return table
}

function weightsAt(forest: Forest, position: number): readonly LeafWeight[] {
  const node = forest.nodes[position]
  return node?.mode === 'LEAF' ? node.weights : []
}

function sum(emitter: Emitter, slot: Emitted, numbers: readonly bigint[], count: number): Emitted {
  const shape = [numbers.length / count, count]
  const table = emitter.constant(integerTensor(Dtype.int64, shape, numbers), 'leaves')
  const reached = emitter.node('Gather', [table, slot], { axis: 0n })
  return emitter.node('ReduceSum', [reached, emitter.list([1])], { keepdims: 0n })
}

/** Weights are ranked, because engines do not agree on extremes of int64. */
function extreme(
  emitter: Emitter,
  slot: Emitted,
  forest: Forest,
  table: ForestTable,
  { aggregate, count }: ScoreOptions,
  fixed: (weight: number) => bigint,
): Emitted {
  const ranked = [...new Set(weightsOf(forest))].sort((a, b) => a - b)
  const ranks = new Map(ranked.map((weight, rank) => [weight, BigInt(rank)]))
  const numbers = leafTable(forest, table, count, 0n, (weight) => ranks.get(weight) as bigint)
  const shape = [numbers.length / count, count]
  const leaves = emitter.constant(integerTensor(Dtype.int32, shape, numbers), 'leaves')
  const reached = emitter.node('Gather', [leaves, slot], { axis: 0n })
  const operator = aggregate === 'MIN' ? 'ReduceMin' : 'ReduceMax'
  const rank = emitter.node(operator, [reached], { axes: [1n], keepdims: 0n })
  const weights = emitter.constant(
    integerTensor(Dtype.int64, [ranked.length], ranked.map(fixed)),
    'weights',
  )
  return emitter.node('Gather', [weights, rank], { axis: 0n })
}
