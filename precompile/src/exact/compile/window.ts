import type { Attributes } from '../../model/graph/attributes.js'
import type { AttributeValues } from './proto.js'

/** How a kernel slides over spatial axes. */
export interface Sliding {
  readonly kernel: readonly number[]
  readonly strides: readonly number[]
  readonly dilations: readonly number[]
}

/** Heads of all axes, then tails. */
export type Pads = readonly number[]

/** Strides and dilations, with their defaults. */
export function convAttributes(attributes: Attributes, kernel: readonly number[]): Sliding {
  const ones = kernel.map(() => 1)
  return {
    kernel,
    strides: attributes.ints('strides') ?? ones,
    dilations: attributes.ints('dilations') ?? ones,
  }
}

/** Pads as numbers, those that `auto_pad` derives included. */
export function resolvePads(
  attributes: Attributes,
  spatial: readonly number[],
  { kernel, strides, dilations }: Sliding,
): Pads {
  const none = [...kernel, ...kernel].map(() => 0)
  const automatic = attributes.string('auto_pad', 'NOTSET')
  if (automatic === 'NOTSET' || automatic === '') return attributes.ints('pads') ?? none
  if (automatic === 'VALID') return none
  const totals = spatial.map((size, axis) => {
    const stride = strides[axis] as number
    const reach = ((kernel[axis] as number) - 1) * (dilations[axis] as number) + 1
    return Math.max(0, (Math.ceil(size / stride) - 1) * stride + reach - size)
  })
  const small = totals.map((total) => Math.floor(total / 2))
  const large = totals.map((total) => Math.ceil(total / 2))
  return automatic === 'SAME_LOWER' ? [...large, ...small] : [...small, ...large]
}

/** The same as attributes of an integer node. */
export function windowAttributes(
  { kernel, strides, dilations }: Sliding,
  pads: Pads,
): AttributeValues {
  const ints = (numbers: readonly number[]) => numbers.map(BigInt)
  return {
    kernel_shape: ints(kernel),
    strides: ints(strides),
    dilations: ints(dilations),
    pads: ints(pads),
  }
}

/** Pads at the end that make the last window of `ceil_mode` whole. */
export function reachingPads(
  spatial: readonly number[],
  positions: readonly number[],
  { kernel, strides, dilations }: Sliding,
  pads: Pads,
): Pads {
  const heads = pads.slice(0, spatial.length)
  const tails = spatial.map((size, axis) => {
    const reach = ((kernel[axis] as number) - 1) * (dilations[axis] as number) + 1
    const end = ((positions[axis] as number) - 1) * (strides[axis] as number) + reach
    return Math.max(0, end - size - (heads[axis] as number))
  })
  return [...heads, ...tails]
}
