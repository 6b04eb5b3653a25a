import type { NodeContext } from '../infer/context.js'
import { type Dim, type Dims, FREE } from '../infer/value.js'

/** How a kernel slides over the spatial axes, as convolution and pooling share it. */
export interface Window {
  readonly kernel: readonly Dim[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
  /** Begins of all axes, then ends; empty means zero. */
  readonly pads: readonly number[]
  readonly autoPad: string
  readonly ceil: boolean
}

/** @param kernel - Size of the kernel on each spatial axis. */
export function readWindow(context: NodeContext, kernel: readonly Dim[]): Window {
  const { attributes } = context
  const rank = kernel.length
  const window = {
    kernel,
    strides: attributes.ints('strides') ?? new Array<number>(rank).fill(1),
    dilations: attributes.ints('dilations') ?? new Array<number>(rank).fill(1),
    pads: attributes.ints('pads') ?? new Array<number>(2 * rank).fill(0),
    autoPad: attributes.string('auto_pad', 'NOTSET'),
    ceil: attributes.int('ceil_mode', 0) === 1,
  }
  const { strides, dilations, pads } = window
  if (strides.length !== rank || dilations.length !== rank || pads.length !== 2 * rank) {
    context.fail(`strides, dilations or pads do not have ${rank} spatial axes`)
  }
  if (strides.some((size) => size < 1) || dilations.some((size) => size < 1)) {
    context.fail('a stride or dilation is below 1')
  }
  if (kernel.some((size) => size !== FREE && size < 1)) context.fail(`the kernel is [${kernel}]`)
  if (pads.some((pad) => pad < 0)) context.fail(`the pads [${pads}] are negative`)
  if (!['NOTSET', 'VALID', 'SAME_UPPER', 'SAME_LOWER'].includes(window.autoPad)) {
    context.fail(`auto_pad "${window.autoPad}"`)
  }
  return window
}

/** Spatial dimensions after the kernel has slid over the input. */
export function slide(context: NodeContext, spatial: Dims, window: Window): Dims {
  if (spatial.length !== window.kernel.length) {
    context.fail(`${spatial.length} spatial axes and a kernel of ${window.kernel.length}`)
  }
  return spatial.map((size, axis) => {
    const kernel = window.kernel[axis] as Dim
    if (size === FREE || kernel === FREE) return FREE
    return slideAxis(context, size, kernel, axis, window)
  })
}

function slideAxis(
  context: NodeContext,
  size: number,
  kernel: number,
  axis: number,
  window: Window,
): number {
  const stride = window.strides[axis] as number
  const reach = (kernel - 1) * (window.dilations[axis] as number) + 1
  const [head, tail] = padsOf(size, kernel, axis, window)
  const room = size + head + tail - reach
  if (room < 0) context.fail(`a kernel that reaches over ${reach} on an axis of ${size}`)
  if (!window.ceil) return Math.floor(room / stride) + 1
  const count = Math.ceil(room / stride) + 1
  // The last window must start inside the input or its leading padding.
  return (count - 1) * stride >= size + head ? count - 1 : count
}

function padsOf(size: number, kernel: number, axis: number, window: Window): [number, number] {
  if (window.autoPad === 'VALID') return [0, 0]
  if (window.autoPad === 'NOTSET') {
    return [window.pads[axis] as number, window.pads[axis + window.kernel.length] as number]
  }
  const stride = window.strides[axis] as number
  const total = Math.max(0, (Math.ceil(size / stride) - 1) * stride + kernel - size)
  const small = Math.floor(total / 2)
  return window.autoPad === 'SAME_UPPER' ? [small, total - small] : [total - small, small]
}
