import * as ort from 'onnxruntime-web'
import { readRuntimeBinary, SESSION_OPTIONS } from '../engines/runtime.js'
import { Dtype, dtypeName, type Tensor } from '../tensor.js'

/** Runs a model in onnxruntime-web on this very thread, without any of our code around it. */
export async function runBare(bytes: Uint8Array, inputs: readonly Tensor[]): Promise<Tensor[]> {
  ort.env.wasm.wasmBinary ??= readRuntimeBinary()
  ort.env.wasm.numThreads = 1
  const session = await ort.InferenceSession.create(Uint8Array.from(bytes), {
    executionProviders: ['wasm'],
    ...SESSION_OPTIONS,
    // Errors alone: it warns of shapes that ONNX's own inference gets wrong.
    logSeverityLevel: 3,
  })
  const feeds = Object.fromEntries(
    session.inputNames.map((name, i) => [name, toOrt(inputs[i] as Tensor)]),
  )
  const results = await session.run(feeds)
  await session.release()
  return session.outputNames.map((name) => {
    const { type, dims, data } = results[name] as ort.Tensor
    const { buffer, byteOffset, byteLength } = data as Uint8Array
    return {
      dtype: Dtype[type as keyof typeof Dtype],
      shape: dims,
      data: new Uint8Array(buffer as ArrayBuffer, byteOffset, byteLength),
    }
  })
}

const ARRAYS = {
  float32: Float32Array,
  float64: Float64Array,
  int8: Int8Array,
  int16: Int16Array,
  int32: Int32Array,
  int64: BigInt64Array,
  uint8: Uint8Array,
  uint16: Uint16Array,
  uint32: Uint32Array,
  uint64: BigUint64Array,
  bool: Uint8Array,
  float16: Uint16Array,
} as const

function toOrt({ dtype, shape, data }: Tensor): ort.Tensor {
  const name = dtypeName(dtype)
  if (name === 'bfloat16') throw new Error('the engine takes no bfloat16')
  const { buffer } = Uint8Array.from(data)
  return new ort.Tensor(name as 'float32', new ARRAYS[name](buffer) as Float32Array, [...shape])
}
