import { elementCount } from '../../tensor.js'
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

/** Nothing to compute and nothing to copy: the engine reads the shape alone. */
export const noWork = (): Work => ({ milliMacs: 0, deciOps: 0, bytes: 0 })
