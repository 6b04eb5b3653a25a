import type { NodeContext } from './context.js'
import { type Dim, type Dims, FREE } from './value.js'

/**
 * The common shape of inputs by ONNX's multidirectional broadcasting
 * (https://onnx.ai/onnx/repo-docs/Broadcasting.html).
 */
export function broadcast(context: NodeContext, ...shapes: readonly Dims[]): Dims {
  let result: Dims = shapes[0] ?? []
  for (let i = 1; i < shapes.length; i++) result = pair(context, result, shapes[i] as Dims)
  return result
}

function pair(context: NodeContext, a: Dims, b: Dims): Dims {
  const rank = Math.max(a.length, b.length)
  const dims = new Array<Dim>(rank)
  for (let i = 1; i <= rank; i++) {
    const left = i <= a.length ? (a[a.length - i] as Dim) : 1
    const right = i <= b.length ? (b[b.length - i] as Dim) : 1
    dims[rank - i] = dim(context, left, right)
  }
  return dims
}

function dim(context: NodeContext, a: Dim, b: Dim): Dim {
  if (a === b || b === 1) return a
  if (a === 1) return b
  if (a === FREE) return b
  if (b === FREE) return a
  return context.fail(`the dimensions ${a} and ${b} do not broadcast`)
}

/** Checks that inputs broadcast to a shape that is already given, without extending it. */
export function broadcastTo(context: NodeContext, shape: Dims, ...others: readonly Dims[]): Dims {
  const result = broadcast(context, shape, ...others)
  const grows = result.some((size, i) => shape[i] !== FREE && size !== FREE && size !== shape[i])
  if (result.length !== shape.length || grows) {
    context.fail(`[${others}] does not broadcast to [${shape}]`)
  }
  return result
}
