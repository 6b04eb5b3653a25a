import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { readExactGraph } from '../exact/read.js'
import { evaluateExact } from '../exact/reference.js'
import { readModel } from '../model/index.js'
import { Dtype, type Tensor } from '../tensor.js'
import { float32 } from '../testing/calls.js'
import { denseNetwork } from '../testing/onnx.js'
import { type ProcessWatch, watchProcesses } from '../testing/processes.js'
import { type EngineCandidate, engineCandidate } from './candidate.js'
import { createEngines, type EngineChoice, type EnginesOptions } from './createEngines.js'
import type { Engine } from './engine.js'
import { writeKnownModel } from './knownAnswers/model.js'

let processes: ProcessWatch
const fallbacks: EngineChoice[] = []
const opened: Engine[] = []

function enginesWith(options: EnginesOptions) {
  const onFallback = (choice: EngineChoice) => void fallbacks.push(choice)
  const engines = createEngines({ threads: 1, onFallback, ...options })
  opened.push(engines)
  return engines
}

beforeEach(() => {
  processes = watchProcesses()
})
afterEach(async () => {
  processes.stop()
  await Promise.all(opened.splice(0).map((engine) => engine.close()))
  fallbacks.length = 0
})

/** Native code as it would be on a CPU that turns over one bit of what one operator gives. */
function faultyOn(operator: string): EngineCandidate {
  return {
    name: 'native',
    create() {
      const engine = engineCandidate('native', { threads: 1 }).create() as Engine
      return {
        runtimeId: engine.runtimeId,
        warm: (model, options) => engine.warm(model, options),
        close: () => engine.close(),
        async run(model, inputs, options) {
          const outputs = await engine.run(model, inputs, options)
          return Object.hasOwn(model.operators, operator) ? outputs.map(oneBitOff) : outputs
        },
      }
    },
  }
}

function oneBitOff(tensor: Tensor): Tensor {
  const last = tensor.data.length - 1
  return { ...tensor, data: tensor.data.map((byte, i) => (i === last ? byte ^ 1 : byte)) }
}

const small = () => {
  const operand = { dtype: Dtype.int32, shape: [9], low: -9n, high: 9n }
  const { bytes, inputs } = writeKnownModel('Neg', [{ operands: [operand] }])
  return { model: readModel(bytes), inputs, want: evaluateExact(readExactGraph(bytes), inputs) }
}

describe('createEngines', () => {
  test.each(['Div', 'ConvInteger'])(
    'never uses an engine that is wrong in one bit of %s, and says where',
    async (operator) => {
      const engines = enginesWith({ candidates: [faultyOn(operator)] })
      const { engine, reason, reports } = await engines.choose()
      expect(engine).toBe('wasm')
      expect(reason).toMatch(
        new RegExp(`^native: it is wrong on this machine: ${operator} of .+ gives .+ not .+`),
      )
      expect(reports).toMatchObject([{ name: 'native', works: false }])
      const { model, inputs, want } = small()
      expect(await engines.run(model, inputs)).toEqual(want)
    },
  )

  test('takes native code that is right, and wasm for floats', async () => {
    const engines = enginesWith({ engine: 'native' })
    expect((await engines.choose()).engine).toBe('native')
    const { model, inputs, want } = small()
    const started = processes.all.length
    expect(await engines.run(model, inputs)).toEqual(want)
    const input = float32([1, 8], new Array(8).fill(0.5))
    expect(await engines.run(readModel(denseNetwork()), [input])).toHaveLength(1)
    expect(processes.all).toHaveLength(started)
  })

  test('answers on wasm what a killed engine owes, says so once, and does not go back', async () => {
    const engines = enginesWith({ engine: 'native' })
    await engines.choose()
    const { model, inputs, want } = small()
    const runs = [1, 2, 3].map(() => engines.run(model, inputs))
    processes.all[0]?.kill('SIGKILL')
    expect(await Promise.all(runs)).toEqual([want, want, want])
    expect(await engines.run(model, inputs)).toEqual(want)
    expect(fallbacks).toMatchObject([
      { engine: 'wasm', reason: expect.stringContaining('native failed: A worker died') },
    ])
    expect((await engines.choose()).engine).toBe('wasm')
  })

  test('auto compares speeds and takes none that is slower than wasm', async () => {
    const { engine, reason, reports } = await enginesWith({
      candidates: [engineCandidate('reference')],
    }).choose()
    expect(reports).toMatchObject([{ name: 'reference', works: true }])
    expect(engine).toBe('wasm')
    expect(reason).toMatch(/^reference takes [\d.]+ ms to its [\d.]+ ms$/)
  })
})
