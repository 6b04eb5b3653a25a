/** Where a convolution with a kernel of 3 and a border of one zero reads its input. */
export interface Window {
  readonly channels: number
  /** Side of the input, and of the output. */
  readonly inputSide: number
  readonly outputSide: number
  readonly stride: number
}

const KERNEL = 3
const TAPS = KERNEL * KERNEL

/** Numbers that one output looks at. */
export function depthOf({ channels }: Window): number {
  return channels * TAPS
}

/** Offsets in the input of what each output looks at, [position, channel · row · column]; −1 on the border. */
export function windowOffsets(window: Window): Int32Array {
  const { channels, inputSide, outputSide, stride } = window
  const offsets = new Int32Array(outputSide * outputSide * depthOf(window))
  let next = 0
  for (let y = 0; y < outputSide; y++) {
    for (let x = 0; x < outputSide; x++) {
      for (let channel = 0; channel < channels; channel++) {
        for (let tap = 0; tap < TAPS; tap++) {
          const row = y * stride + Math.floor(tap / KERNEL) - 1
          const column = x * stride + (tap % KERNEL) - 1
          const isInside = row >= 0 && row < inputSide && column >= 0 && column < inputSide
          offsets[next++] = isInside ? (channel * inputSide + row) * inputSide + column : -1
        }
      }
    }
  }
  return offsets
}

/** Copies what each output looks at into one row of `patches`. */
export function gather(input: Float64Array, offsets: Int32Array, patches: Float64Array): void {
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i] as number
    patches[i] = offset < 0 ? 0 : (input[offset] as number)
  }
}

/** Adds each row of `patches` to the inputs that it was copied from. */
export function scatter(patches: Float64Array, offsets: Int32Array, input: Float64Array): void {
  for (let i = 0; i < offsets.length; i++) {
    const offset = offsets[i] as number
    if (offset >= 0) input[offset] = (input[offset] as number) + (patches[i] as number)
  }
}

/**
 * `output[channel, position] = weights[channel] · patches[position] + bias[channel]`, two positions and four channels
 * at a time: most of the training is spent here. Both counts are even, that of channels a multiple of four.
 */
export function product(
  weights: Float64Array,
  bias: Float64Array,
  patches: Float64Array,
  depth: number,
  output: Float64Array,
): void {
  const positions = patches.length / depth
  for (let position = 0; position < positions; position += 2) {
    const p0 = position * depth
    for (let channel = 0; channel < bias.length; channel += 4) {
      const w0 = channel * depth
      let [a0, a1, a2, a3, b0, b1, b2, b3] = [0, 0, 0, 0, 0, 0, 0, 0]
      for (let k = 0; k < depth; k++) {
        const x = patches[p0 + k] as number
        const y = patches[p0 + depth + k] as number
        const w = weights[w0 + k] as number
        const v = weights[w0 + depth + k] as number
        const u = weights[w0 + 2 * depth + k] as number
        const t = weights[w0 + 3 * depth + k] as number
        a0 += x * w
        a1 += x * v
        a2 += x * u
        a3 += x * t
        b0 += y * w
        b1 += y * v
        b2 += y * u
        b3 += y * t
      }
      const sums = [a0, b0, a1, b1, a2, b2, a3, b3]
      for (let i = 0; i < 8; i++) {
        const at = channel + (i >> 1)
        output[at * positions + position + (i & 1)] = (sums[i] as number) + (bias[at] as number)
      }
    }
  }
}

/** `target[to + i] += factor · source[from + i]`. */
export function accumulate(
  target: Float64Array,
  to: number,
  factor: number,
  source: Float64Array,
  from: number,
  count: number,
): void {
  for (let i = 0; i < count; i++) {
    target[to + i] = (target[to + i] as number) + factor * (source[from + i] as number)
  }
}
