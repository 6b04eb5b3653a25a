import { Dtype, type Tensor } from '@lockstep/precompile'

/** @param values row-major */
export function float32(shape: readonly number[], values: Float32Array): Tensor {
  const data = new Uint8Array(4 * values.length)
  const view = new DataView(data.buffer)
  for (const [i, value] of values.entries()) view.setFloat32(4 * i, value, true)
  return { dtype: Dtype.float32, shape, data }
}

export function toFloats({ data }: Tensor): Float32Array {
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  return Float32Array.from({ length: data.length / 4 }, (_, i) => view.getFloat32(4 * i, true))
}

/** Repeatable numbers in [−1, 1). @param seed - Another one, other numbers. */
export function noiseFrom(seed: number): () => number {
  let state = Math.imul(seed, 0x9e3779b1) | 1
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) + 0x6d2b79f5
    return (state >>> 0) / 2 ** 31 - 1
  }
}
