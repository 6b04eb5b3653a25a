import { readFile } from 'node:fs/promises'
import {
  Dtype,
  dtypeName,
  elementCount,
  isFloat,
  type Sample,
  type Tensor,
  type ValueInfo,
} from '@lockstep/precompile'
import { parseJson, readNumbers } from './input.js'
import { readNpz } from './npz.js'
import { UsageError } from './output.js'

interface Numbers {
  readonly shape: readonly number[]
  readonly values: ArrayLike<number | string>
}

/**
 * Reads the samples that a model is calibrated on: an npz file with one array an input, whose first axis counts the
 * samples; the same as a JSON object of nested arrays; or a JSON list with one sample an entry.
 * @param inputs - The model's inputs, without open dimensions.
 * @throws UsageError that names the input and what is wrong with it.
 */
export async function readCalibration(
  file: string,
  inputs: readonly ValueInfo[],
): Promise<Sample[]> {
  const bytes = await readBytes(file)
  if (file.endsWith('.npz')) return splitSamples(readNpz(bytes, file), inputs, file)
  const json = parseJson(bytes.toString('utf8'), file)
  if (Array.isArray(json)) {
    return json.map((sample, i) => readSample(sample, inputs, `${file}[${i}]`))
  }
  if (typeof json !== 'object' || json === null) {
    throw new UsageError(`${file} holds neither a list of samples nor an object of inputs.`)
  }
  const arrays = Object.entries(json).map(
    ([name, value]) => [name, readNumbers(value, `${file}: ${name}`)] as const,
  )
  return splitSamples(new Map(arrays), inputs, file)
}

async function readBytes(file: string): Promise<Buffer> {
  try {
    return await readFile(file)
  } catch (cause) {
    const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
    throw new UsageError(`The calibration file ${file} cannot be read (${reason}).`, { cause })
  }
}

/** Arrays with the samples along the first axis. */
function splitSamples(
  arrays: ReadonlyMap<string, Numbers>,
  inputs: readonly ValueInfo[],
  file: string,
): Sample[] {
  const unknown = [...arrays.keys()].find((key) => !inputs.some(({ name }) => name === key))
  if (unknown !== undefined) {
    const names = inputs.map(({ name }) => name).join(', ')
    throw new UsageError(`${file} has the array "${unknown}"; the model's inputs are ${names}.`)
  }
  const columns = inputs.map((input) => {
    const array = arrays.get(input.name)
    if (!array) throw new UsageError(`${file} lacks the model's input "${input.name}".`)
    return splitArray(array, input, file)
  })
  const count = columns[0]?.length ?? 0
  const shorter = columns.findIndex(({ length }) => length !== count)
  if (shorter !== -1) {
    throw new UsageError(
      `${file} has ${columns[shorter]?.length} samples of "${inputs[shorter]?.name}" and ${count} of "${inputs[0]?.name}".`,
    )
  }
  return Array.from({ length: count }, (_, i) =>
    Object.fromEntries(inputs.map(({ name }, k) => [name, columns[k]?.[i] as Tensor])),
  )
}

function splitArray({ shape, values }: Numbers, input: ValueInfo, file: string): Tensor[] {
  const [samples = 0, ...rest] = shape
  const size = elementCount(input.shape)
  const isFlat = rest.length === 1 && rest[0] === size
  // A model for one sample a time says so by a leading 1, which arrays of samples leave out.
  const isBatch = input.shape[0] === 1 && rest.join() === input.shape.slice(1).join()
  if (shape.length === 0 || !(isFlat || isBatch || rest.join() === input.shape.join())) {
    throw new UsageError(
      `${file}: "${input.name}" has the shape [${shape}]; samples of [${input.shape}] are wanted.`,
      { remedy: 'The first axis counts the samples, the rest is the shape of the input.' },
    )
  }
  return Array.from({ length: samples }, (_, i) =>
    toTensor(Array.prototype.slice.call(values, i * size, (i + 1) * size), input, file),
  )
}

/** A list's entry: an object of nested arrays by input, or the one input's array itself. */
function readSample(sample: unknown, inputs: readonly ValueInfo[], where: string): Sample {
  const isNamed = typeof sample === 'object' && sample !== null && !Array.isArray(sample)
  if (!isNamed && inputs.length !== 1) {
    throw new UsageError(`${where} must be an object with an array for each of the inputs.`)
  }
  const byName = isNamed ? (sample as Record<string, unknown>) : { [inputs[0]?.name ?? '']: sample }
  const tensors = inputs.map((input) => {
    if (!Object.hasOwn(byName, input.name)) {
      throw new UsageError(`${where} lacks the model's input "${input.name}".`)
    }
    const { shape, values } = readNumbers(byName[input.name], `${where}.${input.name}`)
    if (values.length !== elementCount(input.shape)) {
      throw new UsageError(
        `${where}.${input.name} has the shape [${shape}], the input [${input.shape}].`,
      )
    }
    return [input.name, toTensor(values, input, where)] as const
  })
  return Object.fromEntries(tensors)
}

const GENERATED_SAMPLES = 64

/**
 * Inputs for want of real ones: floats from a standard normal distribution, zeros for integers. Always the same.
 * @param inputs - The model's inputs, without open dimensions.
 */
export function generateSamples(inputs: readonly ValueInfo[]): Sample[] {
  const uniform = splitMix(1)
  const normal = () => Math.sqrt(-2 * Math.log(1 - uniform())) * Math.cos(2 * Math.PI * uniform())
  return Array.from({ length: GENERATED_SAMPLES }, () =>
    Object.fromEntries(
      inputs.map((input) => {
        const draw = isFloat(input.dtype) ? normal : () => 0
        const elements = Array.from({ length: elementCount(input.shape) }, draw)
        return [input.name, toTensor(elements, input, 'a generated sample')]
      }),
    ),
  )
}

/** Repeatable numbers in [0, 1), by the finaliser of MurmurHash3 over a counter. */
function splitMix(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x9e3779b9) | 0
    let bits = Math.imul(state ^ (state >>> 16), 0x85ebca6b)
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35)
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32
  }
}

type Elements = ArrayLike<number | string>

const ARRAYS: Partial<Record<Dtype, (elements: Elements) => ArrayBufferView>> = {
  [Dtype.float32]: (elements) => Float32Array.from(elements, Number),
  [Dtype.float64]: (elements) => Float64Array.from(elements, Number),
  [Dtype.bool]: (elements) => Uint8Array.from(elements, (element) => (Number(element) ? 1 : 0)),
  [Dtype.uint8]: (elements) => Uint8Array.from(elements, Number),
  [Dtype.int8]: (elements) => Int8Array.from(elements, Number),
  [Dtype.int32]: (elements) => Int32Array.from(elements, Number),
  [Dtype.int64]: (elements) => BigInt64Array.from(Array.from(elements, toBigInt)),
}

function toBigInt(element: number | string): bigint {
  return BigInt(Math.trunc(Number(element)))
}

function toTensor(elements: Elements, { name, dtype, shape }: ValueInfo, where: string): Tensor {
  const convert = ARRAYS[dtype]
  if (!convert) {
    throw new UsageError(`${where}: the input "${name}" is of the type ${dtypeName(dtype)}.`)
  }
  const wrong = Array.from(elements).findIndex((element) => !Number.isFinite(Number(element)))
  if (wrong !== -1) throw new UsageError(`${where}: "${name}"[${wrong}] is not a finite number.`)
  const { buffer, byteOffset, byteLength } = convert(elements)
  return { dtype, shape, data: new Uint8Array(buffer, byteOffset, byteLength) }
}
