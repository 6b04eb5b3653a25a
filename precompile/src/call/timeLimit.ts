import type { Model } from '../model/model.js'

// A hundred times what a common machine takes, so that an emulated one on a busy day is not mistaken for a broken one.
const START_MS = 120_000
const MS_PER_GAS = 0.004
const MS_PER_MODEL_BYTE = 0.001

/** Milliseconds after which the loading of a model is a fault of the machine. */
export function loadTimeLimitMs(model: Model): number {
  return timeLimit(START_MS + model.bytes.length * MS_PER_MODEL_BYTE)
}

/** Milliseconds after which a run is a fault of the machine, the loading of its model included. */
export function runTimeLimitMs(model: Model, gas: bigint): number {
  return timeLimit(loadTimeLimitMs(model) + Number(gas) * MS_PER_GAS)
}

/** Timers count in 31 bits. */
function timeLimit(ms: number): number {
  return Math.min(Math.ceil(ms), 2 ** 31 - 1)
}
