import { afterAll, describe, expect, test } from 'vitest'
import { createWasmEngine } from '../src/engines/wasm.js'
import {
  admittedOperators,
  type Model,
  ModelError,
  readModel,
  UnsupportedOperatorError,
} from '../src/model/index.js'
import type { Operator } from '../src/model/operators/operator.js'
import { dtypeName, type Tensor } from '../src/tensor.js'
import { runBare } from '../src/testing/bareRuntime.js'
import { type Variant, variants } from './operators/recipe.js'
import { recipes } from './operators/recipes.js'

const engine = createWasmEngine({ threads: 1, sessionBytes: 1 })
afterAll(() => engine.close())

const describeAll = (tensors: readonly Pick<Tensor, 'dtype' | 'shape'>[]) =>
  tensors.map(({ dtype, shape }) => `${dtypeName(dtype)}[${shape}]`).join(' ')

function admit(bytes: Uint8Array): Model | ModelError {
  try {
    return readModel(bytes)
  } catch (error) {
    if (error instanceof ModelError) return error
    throw error
  }
}

async function runs(bytes: Uint8Array, inputs: readonly Tensor[]): Promise<boolean> {
  return runBare(bytes, inputs).then(
    () => true,
    () => false,
  )
}

/** What is wrong with the inferred outputs of a model; nothing when a run gives just those. */
async function mismatch({ bytes, inputs }: Variant): Promise<string | undefined> {
  const model = admit(bytes)
  if (model instanceof ModelError) {
    // A combination of types that no kernel takes is rightly refused.
    const isRight = model instanceof UnsupportedOperatorError && !(await runs(bytes, inputs))
    return isRight ? undefined : `refused: ${model.message}`
  }
  const { outputShapes } = model.evaluate(inputs.map(({ shape }) => shape))
  const inferred = model.outputs.map(({ dtype }, i) => ({ dtype, shape: outputShapes[i] ?? [] }))
  const given = await engine.run(model, inputs)
  if (describeAll(inferred) !== describeAll(given)) {
    return `inferred ${describeAll(inferred)}, the engine gave ${describeAll(given)}`
  }
  const declared = model.outputs.map(({ dtype, shape }, i) => ({
    dtype,
    shape: shape.map((dim, axis) => (dim === -1 ? (given[i]?.shape[axis] ?? 0) : dim)),
  }))
  if (describeAll(declared) === describeAll(given)) return undefined
  return `declared ${describeAll(model.outputs)}, the engine gave ${describeAll(given)}`
}

test('every admitted operator is tried', () => {
  expect(Object.keys(admittedOperators).sort()).toEqual(Object.keys(recipes).sort())
})

describe('every element type, operator set and form of an admitted operator runs as inferred', () => {
  test.each(Object.entries(admittedOperators))('%s', async (name: string, operator: Operator) => {
    const faults: string[] = []
    let count = 0
    for (const variant of variants(name, operator, recipes[name] ?? [])) {
      count++
      const fault = await mismatch(variant).catch(String)
      if (fault !== undefined) faults.push(`${variant.title}: ${fault}`)
    }
    expect(faults).toEqual([])
    expect(count).toBeGreaterThan(0)
  })
})
