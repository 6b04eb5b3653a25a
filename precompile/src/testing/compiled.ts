import { expect } from 'vitest'
import type { Engine } from '../engines/engine.js'
import { type CompileOptions, type CompileReport, compileExact } from '../exact/compile/index.js'
import { encodedInterval } from '../exact/encoding.js'
import { contains, type Interval, intervalOf, rangeOf } from '../exact/interval.js'
import { readExactGraph } from '../exact/read.js'
import { evaluateExact } from '../exact/reference.js'
import { type IntegerDtype, integerTensor, toTensor } from '../exact/tensor.js'
import type { Model } from '../model/model.js'
import { readModel } from '../model/read.js'
import { elementCount, type Tensor } from '../tensor.js'
import { noise } from './onnx.js'

/** Compiles a float model and holds the result to what every exact model must be. */
export async function compileAndHold(
  engine: Engine,
  bytes: Uint8Array,
  options: Omit<CompileOptions, 'engine'>,
): Promise<CompileReport> {
  const compiled = await compileExact(bytes, { ...options, engine })
  const model = readModel(compiled.bytes)
  expect(model.class).toBe('exact')
  await holdToReference(engine, model)
  return compiled.report
}

/** The engine's bits are the reference's on the ends of what the inputs may be, and every value is where it was proved. */
export async function holdToReference(engine: Pick<Engine, 'run'>, model: Model): Promise<void> {
  const exact = readExactGraph(model.bytes)
  for (const draw of extremes()) {
    const inputs = model.inputs.map(({ dtype, shape }, i) => {
      const encoding = model.encodings?.inputs[i]
      const integer = dtype as IntegerDtype
      const interval = encoding ? encodedInterval(encoding) : rangeOf(integer)
      const elements = Array.from({ length: elementCount(shape) }, (_, k) => draw(interval, k))
      return toTensor(integerTensor(integer, shape, elements))
    })
    const want = evaluateExact(exact, inputs, (slot, tensor) => {
      const proved = exact.slots[slot]?.interval ?? { low: 0n, high: 0n }
      expect([slot, contains(proved, intervalOf(tensor))]).toEqual([slot, true])
    })
    expect((await engine.run(model, inputs)).map(bits)).toEqual(want.map(bits))
  }
}

function bits({ dtype, shape, data }: Tensor) {
  return { dtype, shape, data: Buffer.from(data).toString('hex') }
}

type Drawn = (interval: Interval, index: number) => bigint

/** All low, all high, both in turn, and anything. */
function extremes(): Drawn[] {
  const next = noise(17)
  return [
    ({ low }) => low,
    ({ high }) => high,
    ({ low, high }, index) => (index % 2 === 0 ? low : high),
    ({ low, high }) =>
      low + (BigInt(Math.floor((next() + 1) * 2 ** 20)) * (high - low)) / 2n ** 21n,
  ]
}
