import { elementCount, type Shape } from '../../tensor.js'
import type { NodeContext } from '../infer/context.js'
import type { Dims } from '../infer/value.js'
import type { Work } from './operator.js'

/** Elements of all outputs of a node whose shapes are concrete. */
export function outputElements(outputs: readonly Dims[]): number {
  let count = 0
  for (const dims of outputs) count += elementCount(dims as readonly number[])
  return count
}

/** Elements of one input of a node whose shapes are concrete. */
export function inputElements(context: NodeContext, index: number): number {
  return context.has(index) ? elementCount(context.shape(index)) : 0
}

/** Work proportional to the output. */
export function perOutput(
  deciOps: number,
): (context: NodeContext, outputs: readonly Dims[]) => Work {
  return (_, outputs) => ({ milliMacs: 0, deciOps: deciOps * outputElements(outputs) })
}

/** Work proportional to the first input and the output together, as reductions do it. */
export function perInput(
  deciOps: number,
): (context: NodeContext, outputs: readonly Dims[]) => Work {
  return (context, outputs) => ({
    milliMacs: 0,
    deciOps: deciOps * (inputElements(context, 0) + outputElements(outputs)),
  })
}

/**
 * Inner loops that a broadcast takes: one runs over the last axes as long as each operand has either
 * the result's size on all of them or repeats on all of them.
 */
export function broadcastLoops(result: Shape, operands: readonly Shape[]): number {
  const total = elementCount(result)
  let run = 1
  let pattern: string | undefined
  for (let back = 1; back <= result.length; back++) {
    const size = result[result.length - back] as number
    if (size === 1) continue
    const now = operands.map((dims) => ((dims[dims.length - back] ?? 1) === 1 ? '1' : 'n')).join('')
    pattern ??= now
    if (now !== pattern) break
    run *= size
  }
  return total === 0 ? 0 : total / run
}

/**
 * Runs of neighbouring elements that move together when a part of a tensor is copied: up to the last
 * axis on which the shapes differ.
 * @param longest - Size of one run on that axis.
 */
export function copiedRuns(from: Shape, to: Shape, longest: (axis: number) => number): number {
  const total = elementCount(to)
  let run = 1
  for (let axis = to.length - 1; axis >= 0; axis--) {
    if (from[axis] !== to[axis]) {
      run *= Math.max(1, longest(axis))
      break
    }
    run *= to[axis] as number
  }
  return total === 0 ? 0 : Math.ceil(total / run)
}

/** Whole steps of halving that take a count down to one. */
export function halvings(count: number): number {
  return 32 - Math.clz32(Math.max(1, count) - 1)
}

/** Nothing to compute and nothing to copy: the engine reads the shape alone. */
export const noWork = (): Work => ({ milliMacs: 0, deciOps: 0, bytes: 0 })
