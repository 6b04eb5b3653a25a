import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type CompileOptions, Dtype, type Sample, type Tensor } from '@lockstep/precompile'
import { toFloats } from './tensors.js'

/** What it takes to compile a model. */
export interface Source {
  /** For files. */
  readonly name: string
  readonly options: Omit<CompileOptions, 'calibration' | 'engine'>
  read(): Promise<Uint8Array>
  calibrate(): readonly Sample[] | Promise<readonly Sample[]>
}

/**
 * Writes a float model and its calibration data as JSON.
 * @param limit - Calibrate on so many samples at most.
 * @returns the words after `lockstep` that compile the model
 */
export async function writeSource(
  folder: string,
  { name, options, read, calibrate }: Source,
  limit = Number.POSITIVE_INFINITY,
): Promise<readonly string[]> {
  const at = (file: string) => join(folder, `${name}.${file}`)
  await writeFile(at('onnx'), await read())
  const all = await calibrate()
  const samples = all.filter((_, i) => i % Math.ceil(all.length / limit) === 0)
  await writeFile(at('json'), JSON.stringify(samples.map(plainSample)))
  const { bits = 8, shapes = {}, constants = {} } = options
  const flags = [
    ...(bits === 8 ? [] : [['--bits', String(bits)]]),
    ...Object.entries(shapes).map(([input, dims]) => ['--shape', `${input}=${dims.join('x')}`]),
    ...Object.entries(constants).map(([input, value]) => ['--fix', `${input}=${numberOf(value)}`]),
  ]
  const files = [at('onnx'), '-o', at('exact.onnx'), '--calibration', at('json')]
  return ['compile', ...files, ...flags.flat()]
}

/** A sample as `--calibration` and `--input` take it in JSON. */
export function plainSample(sample: Sample): Readonly<Record<string, readonly number[]>> {
  const entries = Object.entries(sample)
  return Object.fromEntries(entries.map(([name, tensor]) => [name, [...toFloats(tensor)]]))
}

function numberOf({ dtype, data }: Tensor): string {
  if (dtype !== Dtype.int64) throw new TypeError('Only int64 inputs are made constants here.')
  return String(new DataView(data.buffer, data.byteOffset).getBigInt64(0, true))
}
