import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import {
  decodeErrorResult,
  decodeFunctionResult,
  encodeFunctionData,
  hexToBytes,
  toHex,
} from 'viem'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  createInferencePrecompile,
  createMemoryStore,
  createWasmEngine,
  type Dtype,
  dtypeName,
  type InferencePrecompile,
  inferenceAbi,
  type Model,
  ModelError,
  readModel,
  type Tensor,
} from '../src/index.js'
import { readTensorProto } from './tensorProto.js'
import { differs } from './tolerance.js'

const FOLDER = process.env.LOCKSTEP_FIXTURES
const SUITES = ['pytorch-converted', 'pytorch-operator', 'simple']
const GAS = 10_000_000_000n
/** What no share of models to admit counts: loops, text, randomness, and sequences. */
const EXCUSED = new Set(['control_flow', 'string_tensor', 'random'])
const SEQUENCE = /Sequence/

interface Case {
  readonly name: string
  readonly folder: string
}

function findCases(root: string): readonly Case[] {
  return SUITES.flatMap((suite) =>
    readdirSync(join(root, 'onnx-backend', suite))
      .filter((name) => existsSync(join(root, 'onnx-backend', suite, name, 'model.onnx')))
      .map((name) => ({
        name: `${suite}/${name}`,
        folder: join(root, 'onnx-backend', suite, name),
      })),
  )
}

function admit(bytes: Uint8Array): Model | ModelError {
  try {
    return readModel(bytes)
  } catch (error) {
    if (error instanceof ModelError) return error
    throw error
  }
}

function isExcused({ code, operator = '' }: ModelError): boolean {
  return EXCUSED.has(code) || SEQUENCE.test(operator)
}

/** The recorded inputs and outputs of a model, in the order of its graph. */
function readDataSets(folder: string): readonly { inputs: Tensor[]; outputs: Tensor[] }[] {
  const list = (set: string, prefix: string) =>
    readdirSync(join(folder, set))
      .filter((file) => file.startsWith(`${prefix}_`))
      .sort((a, b) => indexOf(a) - indexOf(b))
      .map((file) => readTensorProto(readFileSync(join(folder, set, file))))
  return readdirSync(folder)
    .filter((file) => file.startsWith('test_data_set_'))
    .sort()
    .map((set) => ({ inputs: list(set, 'input'), outputs: list(set, 'output') }))
}

function indexOf(file: string): number {
  return Number(/_(\d+)\.pb$/.exec(file)?.[1])
}

/** Asks the precompile as a contract does: calldata in, return data out. */
async function infer(
  precompile: InferencePrecompile,
  model: Model,
  inputs: readonly Tensor[],
): Promise<Tensor[]> {
  const tensors = inputs.map(({ dtype, shape, data }) => ({ dtype, shape, data: toHex(data) }))
  const calldata = encodeFunctionData({
    abi: inferenceAbi,
    functionName: 'inferTensors',
    args: [model.id, tensors],
  })
  const { success, returnData } = await precompile.call(hexToBytes(calldata), GAS)
  if (!success) {
    const { errorName, args } = decodeErrorResult({ abi: inferenceAbi, data: toHex(returnData) })
    throw new Error(`reverted with ${errorName}(${args?.join(', ')})`)
  }
  const outputs = decodeFunctionResult({
    abi: inferenceAbi,
    functionName: 'inferTensors',
    data: toHex(returnData),
  })
  return outputs.map(({ dtype, shape, data }) => ({
    dtype: dtype as Dtype,
    shape,
    data: hexToBytes(data),
  }))
}

/** What is wrong with a model's answers; nothing when all are as recorded. */
async function checkAnswers(
  precompile: InferencePrecompile,
  model: Model,
  folder: string,
): Promise<string | undefined> {
  const sets = readDataSets(folder)
  if (sets.length === 0) return 'no data set is recorded'
  for (const { inputs, outputs } of sets) {
    // Old models list their weights as inputs too, and the recording gives those a value as well.
    const answers = await infer(precompile, model, inputs.slice(0, model.inputs.length))
    if (answers.length !== outputs.length) return `${answers.length} outputs`
    for (const [i, want] of outputs.entries()) {
      const difference = differs(answers[i] as Tensor, want)
      if (difference !== undefined) return `output ${i}: ${difference}`
    }
  }
  return undefined
}

function tally(reasons: readonly string[]): string {
  const counts = new Map<string, number>()
  for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1)
  return [...counts].map(([reason, count]) => `${reason} ${count}`).join(', ') || 'none'
}

if (FOLDER === undefined) {
  console.log(
    'Skipped: set LOCKSTEP_FIXTURES to a folder whose onnx-backend/ holds the models of github.com/onnx/onnx, onnx/backend/test/data.',
  )
}

describe.skipIf(FOLDER === undefined)('ONNX conformance models', () => {
  let precompile: InferencePrecompile
  const store = createMemoryStore()

  beforeAll(() => {
    precompile = createInferencePrecompile({ store, engine: createWasmEngine({ threads: 1 }) })
  })
  afterAll(() => precompile?.close())

  test('every admitted model answers as recorded, and at least 60 % are admitted', async () => {
    const refused: { readonly name: string; readonly error: ModelError }[] = []
    const failed: string[] = []
    let admitted = 0
    for (const { name, folder } of findCases(FOLDER as string)) {
      const bytes = readFileSync(join(folder, 'model.onnx'))
      const model = admit(bytes)
      if (model instanceof ModelError) {
        refused.push({ name, error: model })
        continue
      }
      admitted++
      await store.put(bytes)
      const fault = await checkAnswers(precompile, model, folder).catch(String)
      if (fault !== undefined) failed.push(`${name}: ${fault}`)
    }
    const considered = admitted + refused.filter(({ error }) => !isExcused(error)).length
    console.log(
      [
        `admitted ${admitted} of the ${considered} without control flow, strings, sequences or randomness`,
        `refused ${refused.length}: ${tally(refused.map(({ error }) => error.code))}`,
        ...refused.map(({ name, error }) => `  ${name}: ${error.shortMessage}`),
        `failed ${failed.length}`,
        ...failed.map((failure) => `  ${failure}`),
      ].join('\n'),
    )
    expect(failed).toEqual([])
    expect(admitted / considered).toBeGreaterThanOrEqual(0.6)
  })
})

test('a recorded tensor is read with its type, shape and elements', () => {
  // int32 [2] in the field int32_data: tags 1 (dims), 2 (data_type) and 5.
  const tensor = readTensorProto(Uint8Array.of(0x08, 2, 0x10, 6, 0x2a, 2, 7, 9))
  expect(dtypeName(tensor.dtype)).toBe('int32')
  expect(tensor.shape).toEqual([2])
  expect([...tensor.data]).toEqual([7, 0, 0, 0, 9, 0, 0, 0])
})
