import { Dtype, elementCount } from '../../tensor.js'
import type { NodeContext } from '../infer/context.js'
import { type Dim, type Dims, FREE } from '../infer/value.js'
import type { Operator, OperatorTable } from './operator.js'
import { signature, type TypeSet } from './signature.js'
import { BYTES, SINGLE } from './types.js'
import { Weight } from './weights.js'
import { readWindow, slide, type Window } from './window.js'
import { inputElements, outputElements } from './work.js'

function pooled(context: NodeContext): Dims {
  const input = context.dims(0)
  if (input.length < 3) context.fail(`input 0 has the rank ${input.length}, not 3 or more`)
  const window = readPoolWindow(context)
  if (window.autoPad.startsWith('SAME')) expectPads(context, input.slice(2), window)
  return [...input.slice(0, 2), ...slide(context, input.slice(2), window)]
}

/** Where a stride leaps over more than the kernel covers, equal pads would be negative: the engine refuses. */
function expectPads(context: NodeContext, spatial: Dims, { kernel, strides }: Window): void {
  spatial.forEach((size, axis) => {
    const stride = strides[axis] as number
    const reach = kernel[axis] as Dim
    if (size === FREE || reach === FREE) return
    if ((Math.ceil(size / stride) - 1) * stride + reach < size) {
      context.fail(
        `a stride of ${stride} and a kernel of ${reach} leave part of an axis of ${size}`,
      )
    }
  })
}

/** A window must reach past its padding, or it would pool nothing. */
function readPoolWindow(context: NodeContext): Window {
  const kernel = context.attributes.requiredInts('kernel_shape')
  const window = readWindow(context, kernel)
  if (window.pads.some((pad, i) => pad >= (kernel[i % kernel.length] as number))) {
    context.fail(`the pads [${window.pads}] are as large as the kernel [${kernel}]`)
  }
  return window
}

/** The engine has vectorised maximum and average for float32 alone, and without indices or dilations. */
function isFastPool(context: NodeContext): boolean {
  const { node, attributes, outputCount } = context
  const isDilated = attributes.ints('dilations')?.some((size) => size !== 1) ?? false
  const isFloat = context.dtype(0) === Dtype.float32 || context.dtype(0) === Dtype.float16
  return node.operatorName !== 'LpPool' && isFloat && !isDilated && outputCount === 1
}

function pool(text: string, types: TypeSet, deciOps: number): Operator {
  return {
    signature: signature(text, { T: types }),
    infer(context) {
      const dims = pooled(context)
      return [{ dims }, { dims }]
    },
    work(context, outputs) {
      const window = elementCount(context.attributes.requiredInts('kernel_shape'))
      const [output] = outputs as readonly [readonly number[]]
      const each = isFastPool(context) ? 150 + 8 * window : 150 + deciOps * window
      return { milliMacs: 0, deciOps: elementCount(output) * each }
    },
  }
}

function globalPool(types: TypeSet, deciOps: number, until?: number): Operator {
  return {
    signature: signature('T -> T', { T: types }, until === undefined ? {} : { until }),
    infer(context) {
      const input = context.dims(0)
      if (input.length < 3) context.fail(`input 0 has the rank ${input.length}, not 3 or more`)
      return [{ dims: input.map((size, axis) => (axis < 2 ? size : 1)) }]
    },
    work: (context, outputs) => ({
      milliMacs: 0,
      deciOps: deciOps * inputElements(context, 0) + 100 * outputElements(outputs),
    }),
  }
}

const maxUnpool: Operator = {
  signature: signature('T, int64, int64? -> T', { T: { 9: SINGLE } }),
  infer(context) {
    const input = context.dims(0)
    if (context.has(2)) {
      const wanted = context.numbers(2)
      return [{ dims: wanted === FREE ? undefined : wanted }]
    }
    const window = readPoolWindow(context)
    const rank = window.kernel.length
    if (input.length !== rank + 2) context.fail(`a kernel of ${rank} axes`)
    const spatial = input.slice(2).map((size, axis) => {
      const kernel = window.kernel[axis] as Dim
      if (size === FREE || kernel === FREE) return FREE
      const full = (size - 1) * (window.strides[axis] as number) + kernel
      const cut = (window.pads[axis] as number) + (window.pads[axis + rank] as number)
      return full > cut ? full - cut : context.fail('the pads leave nothing of the output')
    })
    return [{ dims: [...input.slice(0, 2), ...spatial] }]
  },
  work: (_, outputs) => ({ milliMacs: 0, deciOps: Weight.scatter * outputElements(outputs) }),
}

/** Pooling. */
export const pooling: OperatorTable = {
  MaxPool: pool('T -> T, int64?', { 6: SINGLE, 8: [Dtype.float64], 12: BYTES }, 45),
  AveragePool: pool('T -> T', { 7: SINGLE }, 45),
  LpPool: pool('T -> T', { 6: SINGLE }, 600),
  GlobalMaxPool: globalPool({ 6: SINGLE }, Weight.simple),
  GlobalAveragePool: globalPool({ 6: SINGLE }, Weight.simple),
  GlobalLpPool: globalPool({ 6: SINGLE }, 600, 21),
  MaxUnpool: maxUnpool,
}
