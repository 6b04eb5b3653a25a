import { readFile } from 'node:fs/promises'

/** The models that `train/train.ts` writes. */
export type TrainedName = 'digits' | 'linear-regime' | 'linear-size' | 'tree-regime' | 'tree-size'

/** Where a trained model is kept. */
export function modelUrl(name: TrainedName): URL {
  return new URL(`../model/${name}.onnx`, import.meta.url)
}

/** A trained model, as committed: ONNX bytes. */
export function readTrained(name: TrainedName): Promise<Uint8Array> {
  return readFile(modelUrl(name))
}
