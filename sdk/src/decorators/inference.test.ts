import { createPublicClient, createWalletClient, http } from 'viem'
import { describe, expect, expectTypeOf, test } from 'vitest'
import { lockstep } from '../chains.js'
import { type InferenceActions, inferenceActions } from './inference.js'

const chain = lockstep
const transport = http()

describe('inferenceActions', () => {
  test('default: one key, and every action under it', () => {
    const client = createPublicClient({ chain, transport }).extend(inferenceActions())
    expect(Object.keys(inferenceActions()(client))).toEqual(['inference'])
    expect(Object.keys(client.inference)).toMatchInlineSnapshot(`
      [
        "deployModel",
        "deployModelSync",
        "getInferences",
        "getModel",
        "getModels",
        "infer",
        "inferTensors",
        "observeFeed",
        "quote",
        "resolveModel",
        "setModelName",
        "setModelNameSync",
        "traceInferences",
        "uploadModel",
        "writeContract",
        "writeContractSync",
      ]
    `)
  })

  test('behavior: extends public and wallet clients without hiding what they have', () => {
    const client = createPublicClient({ chain, transport }).extend(inferenceActions())
    expectTypeOf(client.getBlockNumber).toBeFunction()
    expectTypeOf(client.inference).toEqualTypeOf<InferenceActions['inference']>()
    const wallet = createWalletClient({ chain, transport }).extend(inferenceActions())
    expectTypeOf(wallet.sendTransaction).toBeFunction()
    expectTypeOf(wallet.inference).toEqualTypeOf<InferenceActions['inference']>()
  })

  test('behavior: the answers are typed', () => {
    type Actions = InferenceActions['inference']
    expectTypeOf<Awaited<ReturnType<Actions['infer']>>>().toEqualTypeOf<readonly bigint[]>()
    expectTypeOf<Awaited<ReturnType<Actions['quote']>>>().toEqualTypeOf<bigint>()
    expectTypeOf<Parameters<Actions['infer']>[0]['x']>().toEqualTypeOf<readonly bigint[]>()
    expectTypeOf<Parameters<Actions['infer']>[0]['model']>().toEqualTypeOf<`0x${string}`>()
  })
})
