import * as ort from 'onnxruntime-web'

// More threads give other bits.
ort.env.wasm.numThreads = 1

/** A model in ONNX Runtime alone, with no chain around it: what an answer through the precompile must equal. */
export interface BareModel {
  /** Values of every output by name, from values of every input by name. */
  run(feeds: Readonly<Record<string, ort.Tensor>>): Promise<Record<string, ort.Tensor>>
}

/** Opens a model as the chain's engine is pinned to: WebAssembly, one thread, all optimisations. */
export async function openBare(bytes: Uint8Array): Promise<BareModel> {
  const session = await ort.InferenceSession.create(bytes, {
    executionProviders: ['wasm'],
    graphOptimizationLevel: 'all',
  })
  return {
    run: async (feeds) => Object.fromEntries(Object.entries(await session.run(feeds))),
  }
}

export function float32(values: ArrayLike<number>, dims: readonly number[]): ort.Tensor {
  return new ort.Tensor('float32', Float32Array.from(values), dims)
}

export function int64(value: bigint): ort.Tensor {
  return new ort.Tensor('int64', BigInt64Array.of(value), [])
}

/** The element bytes of a tensor, little-endian as this machine holds them. */
export function bytesOf(tensor: ort.Tensor | undefined): Uint8Array {
  const { buffer, byteOffset, byteLength } = (tensor as ort.Tensor).data as Float32Array
  return new Uint8Array(buffer, byteOffset, byteLength)
}
