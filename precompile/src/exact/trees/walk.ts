import { Dtype } from '../../tensor.js'
import type { Emitted, Emitter } from '../compile/emit.js'
import { type IntegerTensor, integerTensor } from '../tensor.js'
import type { ForestTable } from './table.js'

/**
 * Walks all trees at once, a step a level: looks up each tree's feature and cut, compares, and goes on.
 * @param features - [rows, features] of int32 or int64
 * @returns the slot of the leaf in which each tree ends: int32 [rows, trees]
 */
export function walk(emitter: Emitter, features: Emitted, table: ForestTable): Emitted {
  const rows = features.shape[0] as number
  const trees = table.roots.length
  const list = (dtype: IntegerTensor['dtype'], values: readonly (number | bigint)[]) =>
    emitter.constant(integerTensor(dtype, [values.length], values), 'trees')
  const [feature, next] = [table.feature, table.next].map((values) =>
    list(Dtype.int32, values),
  ) as [Emitted, Emitted]
  const cut = list(features.dtype, table.cut)
  const roots = Array.from({ length: rows }, () => table.roots).flat()
  let slot = emitter.constant(integerTensor(Dtype.int32, [rows, trees], roots), 'trees')
  const lookUp = (values: Emitted, at: Emitted) =>
    at.constant && values.constant
      ? emitter.constant(pick(values.constant, at.constant), 'trees')
      : emitter.node('Gather', [values, at], { axis: 0n })
  for (let step = 0; step < table.steps; step++) {
    const x = emitter.node('GatherElements', [features, lookUp(feature, slot)], { axis: 1n })
    const isAbove = emitter.node('Greater', [x, lookUp(cut, slot)])
    const side = emitter.node('Cast', [isAbove], { to: BigInt(Dtype.int32) })
    slot = emitter.node('Add', [lookUp(next, slot), side])
  }
  return slot
}

/** The first step starts at slots that are known. */
function pick(values: IntegerTensor, at: IntegerTensor): IntegerTensor {
  const picked = [...at.data].map((index) => values.data[Number(index)] as number | bigint)
  return integerTensor(values.dtype, at.shape, picked)
}
