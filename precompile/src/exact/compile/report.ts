import type { Engine } from '../../engines/engine.js'
import { defaultSchedule } from '../../gas/schedule.js'
import type { Cost } from '../../model/cost.js'
import type { ModelLimits } from '../../model/limits.js'
import type { Model } from '../../model/model.js'
import { readModel } from '../../model/read.js'
import { bytesPerElement, elementCount, isFloat, type Tensor } from '../../tensor.js'
import { writeEncodings } from '../encoding.js'
import { integerTensor, toTensor } from '../tensor.js'
import { orderOfFloat } from '../trees/feature.js'
import { Probe } from './calibrate.js'
import { type FloatGraph, floatBytes, floatValueOf, inferFloatValues } from './float.js'
import type { Lowered } from './lower.js'
import { numbersOf } from './numbers.js'
import { at, channelsOf, type Quantised } from './quantised.js'

/** How far the exact model is from the float one at one value, over all samples, in reals. */
export interface ErrorReport {
  /** Name of the value in the float graph. */
  readonly name: string
  /** Operator and name of the node that makes it. */
  readonly operator: string
  readonly node: string
  readonly maxAbs: number
  readonly meanAbs: number
  /** Power of the float values over that of the errors, in decibels; infinite where there is no error. */
  readonly signalToNoiseDb: number
  /** Index of the sample with the largest error. */
  readonly worstSample: number
}

export interface CompileReport {
  readonly samples: number
  readonly outputs: readonly ErrorReport[]
  /** Of every node's outputs that have a counterpart in the exact graph, in the order of the nodes. */
  readonly layers: readonly ErrorReport[]
  readonly before: SizeReport
  readonly after: SizeReport
}

export interface SizeReport {
  readonly bytes: number
  readonly cost: Cost
  /** Of one run, by the default schedule, without the words of calldata. */
  readonly gas: bigint
}

interface Measured {
  readonly engine: Engine
  /** The float model as it was given, its inputs fixed and constants computed. */
  readonly original: FloatGraph
  /** The same after all rewriting: what was calibrated and lowered. */
  readonly graph: FloatGraph
  readonly lowered: Lowered
  readonly model: Model
  readonly floatBytes: Uint8Array
  readonly samples: readonly (readonly Tensor[])[]
  readonly limits: ModelLimits
}

/** Bytes of integers that one run may give back. */
const RUN_BYTES = 128 * 2 ** 20

/** Runs both models on the samples and compares them value by value. */
export async function measure(measured: Measured): Promise<CompileReport> {
  const { engine, original, graph, lowered, model, samples, limits } = measured
  const names = comparable(graph, lowered)
  const float = new Probe(graph, names, engine)
  const floatModel = readModel(floatBytes(original, original.outputs), limits)
  const exact = new ExactProbe(measured, names)
  const layers = new Map(names.map((name) => [name, new ErrorTally()]))
  const outputs = graph.outputs.map(() => new ErrorTally())
  for (const [number, sample] of samples.entries()) {
    const encoded = sample.map((tensor, i) => encodeInput(tensor, lowered.inputs[i] as Quantised))
    const integers = await exact.run(encoded)
    const finals = await engine.run(model, encoded)
    await float.run(sample, (name, tensor) => {
      const want = numbersOf(tensor)
      const value = lowered.values.get(name) as Quantised
      layers.get(name)?.add(want, decodeValue(integers.get(value.name) as Tensor, value), number)
    })
    const wanted = await engine.run(floatModel, sample)
    wanted.forEach((tensor, i) => {
      const got = decodeValue(finals[i] as Tensor, lowered.outputs[i] as Quantised)
      outputs[i]?.add(numbersOf(tensor), got, number)
    })
  }
  const describe = describer(graph)
  return {
    samples: samples.length,
    outputs: graph.outputs.map((name, i) => describe(name, outputs[i] as ErrorTally)),
    layers: names.map((name) => describe(name, layers.get(name) as ErrorTally)),
    before: sizeOf(floatModel, measured.floatBytes.length),
    after: sizeOf(model, model.bytes.length),
  }
}

/** Float values that nodes make and that integers of the same number stand for. */
function comparable(graph: FloatGraph, lowered: Lowered): readonly string[] {
  const values = inferFloatValues(graph)
  return graph.nodes.flatMap(({ outputs }) =>
    outputs.filter((name) => {
      const value = lowered.values.get(name)
      if (name === '' || !value || value.constant || value.order) return false
      return elementCount(floatValueOf(values, name).shape) === elementCount(value.shape)
    }),
  )
}

/** Runs the exact graph for the values inside it, a few at a time. */
class ExactProbe {
  private readonly parts: { readonly names: readonly string[]; readonly model: Model }[] = []

  constructor(
    private readonly measured: Measured,
    names: readonly string[],
  ) {
    const { lowered, limits } = measured
    // What the inputs can be, without which a part could not be proved exact.
    const inputs = measured.model.encodings?.inputs ?? lowered.inputs.map(() => undefined)
    const values = new Map(
      names
        .map((name) => lowered.values.get(name) as Quantised)
        .map((value) => [value.name, value]),
    )
    for (const { name } of lowered.inputs) values.delete(name)
    let part: Quantised[] = []
    let bytes = 0
    const flush = () => {
      if (part.length === 0) return
      const metadata = [writeEncodings({ inputs, outputs: part.map(() => undefined) })]
      const model = readModel(lowered.emitter.bytes(part, metadata), limits)
      this.parts.push({ names: part.map(({ name }) => name), model })
      part = []
      bytes = 0
    }
    for (const value of values.values()) {
      const size = elementCount(value.shape) * bytesPerElement(value.dtype)
      if (bytes + size > RUN_BYTES) flush()
      part.push(value)
      bytes += size
    }
    flush()
  }

  /** Every value by its name in the exact graph. */
  async run(inputs: readonly Tensor[]): Promise<ReadonlyMap<string, Tensor>> {
    const { engine, lowered } = this.measured
    const all = new Map(lowered.inputs.map(({ name }, i) => [name, inputs[i] as Tensor]))
    for (const { names, model } of this.parts) {
      const outputs = await engine.run(model, inputs)
      names.forEach((name, i) => {
        all.set(name, outputs[i] as Tensor)
      })
    }
    return all
  }
}

class ErrorTally {
  private maxAbs = 0
  private sumAbs = 0
  private signal = 0
  private noise = 0
  private count = 0
  private worstSample = 0

  add(want: Float64Array, got: Float64Array, sample: number): void {
    for (let i = 0; i < want.length; i++) {
      const real = want[i] as number
      const error = Math.abs(real - (got[i] as number))
      this.sumAbs += error
      this.signal += real * real
      this.noise += error * error
      if (error <= this.maxAbs) continue
      this.maxAbs = error
      this.worstSample = sample
    }
    this.count += want.length
  }

  result() {
    return {
      maxAbs: this.maxAbs,
      meanAbs: this.count === 0 ? 0 : this.sumAbs / this.count,
      signalToNoiseDb:
        this.noise === 0 ? Number.POSITIVE_INFINITY : 10 * Math.log10(this.signal / this.noise),
      worstSample: this.worstSample,
    }
  }
}

function describer(graph: FloatGraph): (name: string, tally: ErrorTally) => ErrorReport {
  const makers = new Map(graph.nodes.flatMap((node) => node.outputs.map((name) => [name, node])))
  return (name, tally) => {
    const maker = makers.get(name)
    const { operator = '', name: node = '' } = maker ?? {}
    return { name, operator, node, ...tally.result() }
  }
}

function sizeOf(model: Model, bytes: number): SizeReport {
  const { cost } = model.evaluate(model.inputs.map(({ shape }) => shape))
  return { bytes, cost, gas: defaultSchedule.inference(cost) }
}

/** A tensor of reals as the exact model takes it. */
export function encodeInput(tensor: Tensor, value: Quantised): Tensor {
  const { dtype, shape, interval } = value
  const [low, high] = [Number(interval.low), Number(interval.high)]
  const isReal = isFloat(tensor.dtype)
  if (value.order && isReal) {
    return toTensor(integerTensor(dtype, shape, numbersOf(tensor).map(orderOfFloat)))
  }
  const integers = numbersOf(tensor).map((real) => {
    const q = isReal ? Math.round(real / at(value.scales, 0)) + at(value.zeros, 0) : real
    return Math.min(high, Math.max(low, q))
  })
  return toTensor(integerTensor(dtype, shape, integers))
}

/** Integers of the exact model as the reals that they stand for. */
export function decodeValue(tensor: Tensor, value: Quantised): Float64Array {
  const channels = channelsOf(value)
  const inner = elementCount(value.shape.slice(value.axis + 1))
  const { low, high } = value.clamp
  return numbersOf(tensor).map((q, i) => {
    const channel = channels === 1 ? 0 : Math.floor(i / inner) % channels
    const real = (q - at(value.zeros, channel)) * at(value.scales, channel)
    return Math.min(high, Math.max(low, real))
  })
}
