import { readFile } from 'node:fs/promises'

/** The trained network, as committed: ONNX bytes. */
export function readModel(): Promise<Uint8Array> {
  return readFile(new URL('../model/volatility.onnx', import.meta.url))
}
