import { InferenceSession, Tensor as NativeTensor } from 'onnxruntime-node'
import { fromOrt, toOrt } from '../engines/ortTensor.js'
import type { Tensor } from '../tensor.js'

/** Runs a model in onnxruntime-node on one thread, without any of our code around it. */
export async function runBareNative(
  bytes: Uint8Array,
  inputs: readonly Tensor[],
): Promise<Tensor[]> {
  const session = await InferenceSession.create(bytes, {
    executionProviders: ['cpu'],
    graphOptimizationLevel: 'all',
    intraOpNumThreads: 1,
    interOpNumThreads: 1,
    logSeverityLevel: 4,
  })
  try {
    const feeds = session.inputNames.map((name, i) => {
      const input = inputs[i] as Tensor
      return [name, toOrt(NativeTensor, { ...input, data: Uint8Array.from(input.data) })]
    })
    const results = await session.run(Object.fromEntries(feeds))
    return session.outputNames.map((name) => fromOrt(results[name] as NativeTensor))
  } finally {
    await session.release()
  }
}
