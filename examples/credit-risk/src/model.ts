import { readFile } from 'node:fs/promises'
import { FEATURES } from '@lockstep/example-exact/market'
import { compileExact, Dtype, type Engine } from '@lockstep/precompile'
import { readLoanDays } from './market.js'

/** Where the trained score is kept. */
export const modelUrl = new URL('../model/credit-risk.onnx', import.meta.url)

/** Of the days to train on, one in so many says what the inputs look like. */
const CALIBRATION_STEP = 20

/** The score as the chain gets it: integers alone, equal on every machine. Trees lose nothing by that. */
export async function readScore(engine: Engine): Promise<Uint8Array> {
  const calibration = readLoanDays()
    .training.filter((_, i) => i % CALIBRATION_STEP === 0)
    .map(({ features }) => ({ features: tensorOf(features) }))
  const { bytes } = await compileExact(await readFile(modelUrl), { calibration, engine })
  return bytes
}

/** A day's features as the float model takes them. */
export function tensorOf(features: Float32Array) {
  const data = new Uint8Array(features.slice().buffer)
  return { dtype: Dtype.float32, shape: [1, FEATURES.length], data }
}
