import type { Engine } from '../../engines/engine.js'
import { createWasmEngine } from '../../engines/wasm.js'
import { defaultLimits, type ModelLimits } from '../../model/limits.js'
import type { Model } from '../../model/model.js'
import { readModel } from '../../model/read.js'
import { isFloat } from '../../tensor.js'
import { type Encoding, writeEncodings } from '../encoding.js'
import { NotExactError } from '../errors.js'
import { calibrate, readSamples, type Sample } from './calibrate.js'
import { LoweringError } from './errors.js'
import { type Fixtures, fixInputs } from './fix.js'
import { type FloatGraph, floatValueOf, inferFloatValues, pruned, readFloatGraph } from './float.js'
import { fold } from './fold.js'
import { type Lowered, lower } from './lower.js'
import { normalise } from './normalise.js'
import type { Quantised } from './quantised.js'
import { fractionOf } from './rational.js'
import { type CompileReport, measure } from './report.js'

export interface CompileOptions extends Fixtures {
  /** Sets of inputs as the model will see them, by name: they decide the ranges of all values. */
  readonly calibration: readonly Sample[]
  /** Bits of activations. Default 8. */
  readonly bits?: 8 | 16
  /** Share of a tensor's elements, in percent, that its range must hold. Default 100: from minimum to maximum. */
  readonly percentile?: number
  /** Runs the float model. Default: one of its own, closed at the end. */
  readonly engine?: Engine
  readonly limits?: ModelLimits
}

export interface Compiled {
  /** An ONNX file of the class `exact`. */
  readonly bytes: Uint8Array
  readonly report: CompileReport
}

/**
 * Turns a float ONNX model into one that computes with integers alone and gives the same bits on every engine.
 * The same file, options and calibration data give the same bytes.
 * @param bytes - The float model: somebody's file, validated like any other.
 * @throws ModelError which names node, operator, reason and remedy.
 * @example
 * const { bytes, report } = await compileExact(await readFile('digits.onnx'), { calibration: samples })
 */
export async function compileExact(bytes: Uint8Array, options: CompileOptions): Promise<Compiled> {
  const engine = options.engine ?? createWasmEngine({ threads: 1 })
  try {
    return await compileWith(engine, bytes, options)
  } finally {
    if (!options.engine) await engine.close()
  }
}

async function compileWith(
  engine: Engine,
  bytes: Uint8Array,
  options: CompileOptions,
): Promise<Compiled> {
  const { bits = 8, percentile = 100, limits = defaultLimits } = options
  const fixed = fixInputs(readFloatGraph(bytes, limits), options)
  const samples = readSamples(fixed, options.calibration)
  const original = await fold(fixed, engine)
  const graph = pruned(normalise(original))
  const ranges = await calibrate(graph, samples, engine, percentile)
  const lowered = lower({ graph, ranges, bits })
  const model = finish(graph, lowered, limits)
  const report = await measure({
    engine,
    original,
    graph,
    lowered,
    model,
    floatBytes: bytes,
    samples,
    limits,
  })
  return { bytes: model.bytes, report }
}

/** Writes the file and asks the static check whether it is exact. */
function finish(graph: FloatGraph, lowered: Lowered, limits: ModelLimits): Model {
  const values = inferFloatValues(graph)
  const isReal = (name: string) => isFloat(floatValueOf(values, name).dtype)
  const inputs = lowered.inputs.map((value) => (isReal(value.name) ? encodingOf(value) : undefined))
  const outputs = lowered.outputs.map((value, i) =>
    isReal(graph.outputs[i] as string) ? encodingOf(value) : undefined,
  )
  const metadata = [writeEncodings({ inputs, outputs })]
  try {
    return readModel(lowered.emitter.bytes(lowered.outputs, metadata), limits)
  } catch (error) {
    if (!(error instanceof NotExactError)) throw error
    throw new LoweringError(error.reason, error, 'Report this model: the compiler is wrong.', error)
  }
}

function encodingOf({
  scales: [scale = 1],
  zeros: [zero = 0],
  interval,
  order,
}: Quantised): Encoding {
  if (order) return { kind: 'ordered' }
  return { kind: 'linear', ...fractionOf(scale), zero: BigInt(zero), ...interval }
}
