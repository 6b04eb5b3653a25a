import * as ort from 'onnxruntime-web'
import { readRuntimeBinary, SESSION_OPTIONS } from '../engines/runtime.js'
import { Dtype, dtypeName, type Tensor } from '../tensor.js'

/** Runs a model in onnxruntime-web on this very thread, without any of our code around it. */
export async function runBare(bytes: Uint8Array, inputs: readonly Tensor[]): Promise<Tensor[]> {
  ort.env.wasm.wasmBinary = readRuntimeBinary()
  ort.env.wasm.numThreads = 1
  const session = await ort.InferenceSession.create(Uint8Array.from(bytes), {
    executionProviders: ['wasm'],
    ...SESSION_OPTIONS,
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

function toOrt({ dtype, shape, data }: Tensor): ort.Tensor {
  const { buffer } = Uint8Array.from(data)
  const name = dtypeName(dtype)
  switch (name) {
    case 'float32':
      return new ort.Tensor(name, new Float32Array(buffer), [...shape])
    case 'int64':
      return new ort.Tensor(name, new BigInt64Array(buffer), [...shape])
    case 'int32':
      return new ort.Tensor(name, new Int32Array(buffer), [...shape])
    case 'uint8':
      return new ort.Tensor(name, new Uint8Array(buffer), [...shape])
    default:
      throw new Error(`no test takes ${name} yet`)
  }
}
