import { type Dtype, parseEncoding } from '@lockstep/precompile'
import { fromWad } from '@lockstep/sdk'
import { Command } from 'commander'
import type { Hex } from 'viem'
import { addNodeOptions, type Connection, connect, type NodeOptions } from './connect.js'
import { type ElementType, isReal, readElements, toElements, toWadElements } from './elements.js'
import { describeTensor, type NestedNumbers, parseJson, readNumbers, readText } from './input.js'
import { print, printJson, UsageError } from './output.js'
import { resolveTarget } from './target.js'

const example = `
Examples:
  $ npx lockstep infer volatility-v1 --input '[0.012,-0.004,0.001,-0.009,0.002,0.007,-0.015,0.003]'
  $ npx lockstep infer volatility-v1 --input '{"returns":[[0.012,-0.004,0.001,-0.009,0.002,0.007,-0.015,0.003]]}'
  $ echo '[0.012,-0.004,0.001,-0.009,0.002,0.007,-0.015,0.003]' | npx lockstep infer volatility-v1 --input -`

type ModelInfo = Awaited<ReturnType<Connection['inference']['getModel']>>

interface NamedInput extends NestedNumbers, ElementType {
  readonly name: string
  readonly declared: readonly number[]
}

interface NamedOutput {
  readonly name: string
  readonly dtype: number
  readonly shape: readonly number[]
  /** Decimal text of every element, row-major. */
  readonly data: readonly string[]
}

/** `lockstep infer`: runs a model through the chain's precompile, as a contract would. */
export function inferCommand(): Command {
  return addNodeOptions(
    new Command('infer')
      .description("run a model through the chain's precompile")
      .argument('<id|name>', 'model id, owner/name, or a name of the first account')
      .requiredOption(
        '--input <json>',
        'nested arrays of numbers, or an object of them by input name; @file reads it from there, - from stdin',
      ),
  )
    .option('--json', 'print one JSON object')
    .addHelpText('after', example)
    .action(infer)
}

async function infer(
  target: string,
  options: NodeOptions & { input: string; json?: boolean },
): Promise<void> {
  const json = parseJson(await readText(options.input, '--input'), '--input')
  const client = await connect(options)
  const id = await resolveTarget(client, target)
  const model = await client.inference.getModel({ model: id })
  const inputs = nameInputs(model, json)
  const outputs = takesWad(model)
    ? await inferWad(client, id, model, inputs)
    : await inferTensors(client, id, model, inputs)
  if (options.json) return printJson({ id, outputs })
  for (const { name, dtype, shape, data } of outputs) {
    print(`${name}: ${describeTensor(dtype, shape)}`)
    print(
      `  ${data.slice(0, 64).join(' ')}${data.length > 64 ? ` … ${data.length - 64} more` : ''}`,
    )
  }
}

/** One input and one output with at most one open dimension: what `infer(bytes32,int256[])` takes. */
function takesWad({ inputs, outputs }: ModelInfo): boolean {
  return (
    inputs.length === 1 &&
    outputs.length === 1 &&
    (inputs[0]?.shape.filter((dim) => dim === -1).length ?? 0) <= 1
  )
}

function nameInputs(model: ModelInfo, json: unknown): NamedInput[] {
  const isObject = typeof json === 'object' && json !== null && !Array.isArray(json)
  if (!isObject && model.inputs.length !== 1) {
    const names = model.inputs.map(({ name }) => name).join(', ')
    throw new UsageError(`The model has ${model.inputs.length} inputs: ${names}.`, {
      remedy: '--input takes an object with an array for each of them.',
    })
  }
  const byName = (isObject ? json : { [model.inputs[0]?.name ?? '']: json }) as Record<
    string,
    unknown
  >
  const unknown = Object.keys(byName).find((key) => !model.inputs.some(({ name }) => name === key))
  if (unknown !== undefined) throw new UsageError(`The model has no input named "${unknown}".`)
  return model.inputs.map(({ name, dtype, shape }, i) => {
    if (!Object.hasOwn(byName, name))
      throw new UsageError(`--input lacks the model's input "${name}".`)
    const encoding = encodingOf(model, 'inputs', i)
    return { name, dtype, encoding, declared: shape, ...readNumbers(byName[name], name) }
  })
}

/** What the integers of an input or output of an exact model stand for. */
function encodingOf(model: ModelInfo, side: 'inputs' | 'outputs', index: number) {
  const description = model.encodings?.[side][index]
  const dtype = model[side][index]?.dtype
  if (!description || dtype === undefined) return undefined
  return parseEncoding(description, dtype as Dtype, `${side}[${index}]`)
}

async function inferWad(
  client: Connection,
  id: Hex,
  model: ModelInfo,
  inputs: readonly NamedInput[],
): Promise<NamedOutput[]> {
  const [input] = inputs
  const [output] = model.outputs
  if (!input || !output) return []
  const y = await client.inference.infer({
    model: id,
    x: toWadElements(input, input.values, input.name),
  })
  const type = { dtype: output.dtype, encoding: encodingOf(model, 'outputs', 0) }
  const data = y.map((value) => (isReal(type) ? fromWad(value) : value.toString()))
  const shape = output.shape.includes(-1) ? [y.length] : output.shape
  return [{ name: output.name, dtype: output.dtype, shape, data }]
}

async function inferTensors(
  client: Connection,
  id: Hex,
  model: ModelInfo,
  inputs: readonly NamedInput[],
): Promise<NamedOutput[]> {
  const tensors = inputs.map((input) => ({
    dtype: input.dtype,
    shape: closeShape(input),
    data: toElements(input, input.values, input.name),
  }))
  const outputs = await client.inference.inferTensors({ model: id, inputs: tensors })
  return outputs.map(({ dtype, shape, data }, i) => ({
    name: model.outputs[i]?.name ?? `output ${i}`,
    dtype,
    shape,
    data: readElements({ dtype, encoding: encodingOf(model, 'outputs', i) }, data),
  }))
}

/** The nesting's shape where it has the declared rank; else a flat list fills the declared shape. */
function closeShape({ name, shape, values, declared }: NamedInput): readonly number[] {
  if (shape.length === declared.length) return shape
  const known = declared.filter((dim) => dim !== -1).reduce((product, dim) => product * dim, 1)
  const open = declared.filter((dim) => dim === -1).length
  if (open <= 1 && known > 0 && values.length % known === 0) {
    return declared.map((dim) => (dim === -1 ? values.length / known : dim))
  }
  throw new UsageError(`Input "${name}" takes [${declared.join(',')}], got [${shape.join(',')}].`, {
    remedy: 'Nest the arrays as deep as the shape; −1 is any length.',
  })
}
