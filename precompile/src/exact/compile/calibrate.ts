import type { Engine } from '../../engines/engine.js'
import type { Model } from '../../model/model.js'
import { readModel } from '../../model/read.js'
import {
  bytesPerElement,
  Dtype,
  dtypeName,
  elementCount,
  isFloat,
  type Tensor,
} from '../../tensor.js'
import { CalibrationError } from './errors.js'
import { type FloatGraph, floatBytes, floatValueOf, inferFloatValues } from './float.js'
import { numbersOf } from './numbers.js'

/** One set of inputs, by name. */
export type Sample = Readonly<Record<string, Tensor>>

/** What a tensor's elements were over all samples, in reals. */
export interface Range {
  readonly low: number
  readonly high: number
}

/** Bytes of intermediate tensors that one run may give back. */
const RUN_BYTES = 128 * 2 ** 20
const BINS = 4096

/** Checks samples against the inputs. @returns them in the graph's order. @throws CalibrationError */
export function readSamples(
  graph: FloatGraph,
  samples: readonly Sample[],
): readonly (readonly Tensor[])[] {
  if (samples.length === 0) {
    throw new CalibrationError('there is none', 'Give at least one set of inputs.')
  }
  return samples.map((sample, number) => {
    const unknown = Object.keys(sample).find(
      (key) => !graph.inputs.some(({ name }) => name === key),
    )
    if (unknown !== undefined) {
      throw new CalibrationError(
        `sample ${number} has "${unknown}", which is no input`,
        `The inputs are: ${graph.inputs.map(({ name }) => name).join(', ')}.`,
      )
    }
    return graph.inputs.map((input) => checkTensor(input, sample[input.name], number))
  })
}

function checkTensor(
  { name, dtype, shape }: FloatGraph['inputs'][number],
  tensor: Tensor | undefined,
  number: number,
): Tensor {
  const where = `"${name}" of sample ${number}`
  if (!tensor) throw new CalibrationError(`${where} is missing`, 'Give every input of the model.')
  if (tensor.dtype !== dtype) {
    throw new CalibrationError(
      `${where} is ${dtypeName(tensor.dtype)}`,
      `The model takes ${dtypeName(dtype)}.`,
    )
  }
  if (`${tensor.shape}` !== `${shape}`) {
    throw new CalibrationError(
      `${where} has the shape [${tensor.shape}]`,
      `The model takes [${shape}].`,
    )
  }
  if (tensor.data.byteLength !== elementCount(shape) * bytesPerElement(dtype)) {
    throw new CalibrationError(`${where} has too few or too many bytes`, 'Write the data again.')
  }
  if (isFloat(dtype) && !numbersOf(tensor).every(Number.isFinite)) {
    throw new CalibrationError(
      `${where} holds a number that is not finite`,
      'Leave out samples with NaN or infinity.',
    )
  }
  return tensor
}

/** Runs a float graph for the values inside it, a few tensors at a time so that memory stays bounded. */
export class Probe {
  private readonly parts: { readonly names: readonly string[]; readonly model: Model }[] = []

  constructor(
    graph: FloatGraph,
    names: readonly string[],
    private readonly engine: Engine,
  ) {
    const values = inferFloatValues(graph)
    let part: string[] = []
    let bytes = 0
    const flush = () => {
      if (part.length > 0) {
        this.parts.push({ names: part, model: readModel(floatBytes(graph, part), graph.limits) })
      }
      part = []
      bytes = 0
    }
    for (const name of names) {
      const { dtype, shape } = floatValueOf(values, name)
      const size = elementCount(shape) * bytesPerElement(dtype)
      if (bytes + size > RUN_BYTES) flush()
      part.push(name)
      bytes += size
    }
    flush()
  }

  /** Hands each named value of one run to `see`. */
  async run(inputs: readonly Tensor[], see: (name: string, tensor: Tensor) => void): Promise<void> {
    for (const { names, model } of this.parts) {
      const outputs = await this.engine.run(model, inputs)
      names.forEach((name, i) => {
        see(name, outputs[i] as Tensor)
      })
    }
  }
}

/**
 * The range of every value of a float graph over the samples. A value inside the graph may be infinite: trees compare
 * infinities like any number. Only who needs the bounds of such a range must refuse it.
 * @param percentile - Share of the elements, in percent, that the range must hold; 100 for all. The rest is cut off in
 * equal parts at both ends.
 * @throws CalibrationError when a value is no number, or an output of the graph is not finite.
 */
export async function calibrate(
  graph: FloatGraph,
  samples: readonly (readonly Tensor[])[],
  engine: Engine,
  percentile: number,
): Promise<ReadonlyMap<string, Range>> {
  const ranges = new Map<string, Range>()
  const made = new Set(graph.nodes.flatMap(({ outputs }) => outputs.filter((name) => name !== '')))
  const probe = new Probe(graph, [...made], engine)
  const visit = async (see: (name: string, tensor: Tensor) => void) => {
    for (const inputs of samples) {
      graph.inputs.forEach(({ name }, i) => {
        see(name, inputs[i] as Tensor)
      })
      await probe.run(inputs, see)
    }
  }
  await visit((name, tensor) => widen(ranges, name, tensor))
  for (const name of graph.outputs) expectFinite(name, ranges.get(name))
  if (percentile >= 100) return ranges
  const finite = [...ranges].filter(([, { low, high }]) => Number.isFinite(high - low))
  const histograms = new Map(finite.map(([name, range]) => [name, new Histogram(range)]))
  await visit((name, tensor) => {
    if (isFloat(tensor.dtype)) histograms.get(name)?.add(numbersOf(tensor))
  })
  for (const [name, histogram] of histograms) ranges.set(name, histogram.range(percentile))
  return ranges
}

function widen(ranges: Map<string, Range>, name: string, tensor: Tensor): void {
  const before = ranges.get(name)
  let low = before?.low ?? Number.POSITIVE_INFINITY
  let high = before?.high ?? Number.NEGATIVE_INFINITY
  for (const value of numbersOf(tensor)) {
    if (Number.isNaN(value)) throw notFinite(name)
    if (value < low) low = value
    if (value > high) high = value
  }
  ranges.set(name, { low, high })
}

/** The range of a value that has one. @throws CalibrationError when it was infinite. */
export function expectFinite(name: string, range: Range | undefined): void {
  if (range && !Number.isFinite(range.high - range.low)) throw notFinite(name)
}

function notFinite(name: string): CalibrationError {
  return new CalibrationError(
    `with it the value "${name}" is not finite`,
    'Leave out the samples on which the float model gives NaN or infinity.',
  )
}

class Histogram {
  private readonly counts = new Float64Array(BINS)
  private total = 0

  constructor(private readonly whole: Range) {}

  add(values: Float64Array): void {
    const { low, high } = this.whole
    const perUnit = high > low ? BINS / (high - low) : 0
    for (const value of values) {
      const bin = Math.min(BINS - 1, Math.floor((value - low) * perUnit))
      this.counts[bin] = (this.counts[bin] as number) + 1
    }
    this.total += values.length
  }

  range(percentile: number): Range {
    if (this.total === 0) return this.whole
    const cut = (this.total * (100 - percentile)) / 200
    const { low, high } = this.whole
    const width = (high - low) / BINS
    const skipped = (order: readonly number[]) => {
      let sum = 0
      return order.findIndex((bin) => {
        sum += this.counts[bin] as number
        return sum > cut
      })
    }
    const upwards = Array.from({ length: BINS }, (_, i) => i)
    return {
      low: low + width * skipped(upwards),
      high: high - width * skipped([...upwards].reverse()),
    }
  }
}

/** Types of inputs that the compiler takes. */
export const INPUT_DTYPES: readonly Dtype[] = [
  Dtype.float32,
  Dtype.float64,
  Dtype.float16,
  Dtype.int32,
  Dtype.int64,
  Dtype.uint8,
  Dtype.int8,
  Dtype.bool,
]
