import { inferenceAbi as precompileAbi } from '@lockstep/precompile'
import { type Abi, toFunctionSelector } from 'viem'
import { formatAbiItem } from 'viem/utils'
import { describe, expect, test } from 'vitest'
import { feedAbi, freshnessAbi, inferenceAbi, modelRegistryAbi } from './abis.js'
import { compile } from './testing/compile.js'

type Item = Abi[number]

/** What of an interface reaches the wire: kinds, names, types, and the names of arguments and results. */
function interfaceOf(abi: Abi, keep: (item: Item) => boolean = () => true): string[] {
  return abi.filter(keep).map(describeItem).toSorted()
}

function describeItem(item: Item): string {
  const { name, outputs = [], stateMutability = '' } = item as Extract<Item, { type: 'function' }>
  const inputs = formatAbiItem(item, { includeName: true })
  const results = outputs.map((output) => `${output.type} ${output.name}`)
  return `${item.type} ${inputs} ${stateMutability} ${results} ${name}`
}

const isError = ({ type }: Item) => type === 'error'

describe('inferenceAbi', () => {
  test('is what the precompile answers, but for what only the registry calls', () => {
    const ofLibrary = ['InsufficientInferenceGas', 'InferenceUnavailable', 'NotScalar']
    const own = (item: Item) => !('name' in item && ofLibrary.includes(item.name ?? ''))
    const isPublic = (item: Item) => !('name' in item && item.name === 'admit')
    expect(interfaceOf(inferenceAbi, own)).toEqual(interfaceOf(precompileAbi, isPublic))
  })

  test('IInference.sol is the interface of the precompile', () => {
    const { abi } = compile('contracts/interfaces/IInference.sol')
    expect(interfaceOf(abi)).toEqual(interfaceOf(precompileAbi))
  })

  test('holds the errors of the library', () => {
    const errors = interfaceOf(compile('contracts/Inference.sol').abi, isError)
    expect(errors).not.toHaveLength(0)
    expect(interfaceOf(inferenceAbi, isError)).toEqual(expect.arrayContaining(errors))
  })
})

describe('modelRegistryAbi', () => {
  test('is IModelRegistry.sol', () => {
    const { abi } = compile('contracts/interfaces/IModelRegistry.sol')
    expect(interfaceOf(modelRegistryAbi)).toEqual(interfaceOf(abi))
  })
})

test('no two errors share a selector', () => {
  const all = [...inferenceAbi, ...modelRegistryAbi, ...feedAbi, ...freshnessAbi]
  const errors = all.filter(isError)
  const selectors = errors.map((error) => toFunctionSelector(formatAbiItem(error)))
  expect(new Set(selectors).size).toBe(errors.length)
})

describe('feedAbi', () => {
  test('is IFeed.sol', () => {
    expect(interfaceOf(feedAbi)).toEqual(interfaceOf(compile('contracts/freshness/IFeed.sol').abi))
  })
})

describe('freshnessAbi', () => {
  test('holds the errors of the guards and of the price of ticks', () => {
    const files = ['contracts/freshness/Freshness.sol', 'contracts/freshness/TickPrice.sol']
    const errors = files.flatMap((file) => interfaceOf(compile(file).abi, isError))
    expect(interfaceOf(freshnessAbi)).toEqual(errors.toSorted())
  })
})
