import { createPublicClient, http } from 'viem'
import { anvil } from 'viem/chains'
import { describe, expect, test } from 'vitest'
import { inferenceAbi } from '../abis.js'
import { inferenceAddress } from '../addresses.js'
import { inferenceActions } from '../decorators/inference.js'
import { InferenceUnavailableError, NodeFaultError, toTypedError } from '../errors/node.js'
import {
  GraphRejectedError,
  ModelNotFoundError,
  NonFiniteOutputError,
  ShapeMismatchError,
  UseInferTensorsError,
  ValueOutOfRangeError,
} from '../errors/revert.js'
import { useDevnet } from '../testing/devnet.js'
import { graphs, ids } from '../testing/models.js'
import { toWad } from '../wad.js'
import { infer } from './infer.js'

const { double: late, ...others } = graphs
const chain = useDevnet({ models: Object.values(others) })
const x = [1, 2, 3, 4].map(toWad)

/** What a call rejects with. */
async function failure(call: Promise<unknown>): Promise<unknown> {
  return call.then(
    () => expect.unreachable('the call succeeded'),
    (error: unknown) => error,
  )
}

describe('infer', () => {
  test('default', async () => {
    expect(await infer(chain.client, { model: ids.affine, x })).toEqual([
      toWad('-3.9375'),
      toWad('5.125'),
    ])
  })

  test('behavior: a block before the registration knows no model', async () => {
    const { id, receipt } = await chain.client.inference.deployModelSync({ bytes: late })
    const blockNumber = (receipt?.blockNumber ?? 0n) - 1n
    const early = await failure(infer(chain.client, { model: id, x: [0n], blockNumber }))
    expect(early).toBeInstanceOf(ModelNotFoundError)
    expect(await infer(chain.client, { model: id, x: [0n], blockTag: 'latest' })).toEqual([0n])
  })

  test('behavior: the length closes an open dimension', async () => {
    await chain.client.inference.deployModelSync({ bytes: late })
    const y = await chain.client.inference.infer({ model: ids.double, x: [toWad('0.1')] })
    // The float32 nearest to a tenth, doubled.
    expect(y).toEqual([200_000_002_980_232_239n])
  })

  test('behavior: many reads in one request, and in one call', async () => {
    let requests = 0
    const transport = http(chain.devnet.url, { batch: true, onFetchRequest: () => void requests++ })
    const client = createPublicClient({ transport }).extend(inferenceActions())
    const answer = [toWad('-3.9375'), toWad('5.125')]
    const read = { model: ids.affine, x }
    const batched = await Promise.all([read, read, read].map(client.inference.infer))
    expect({ batched, requests }).toEqual({ batched: [answer, answer, answer], requests: 1 })
    const call = { address: inferenceAddress, abi: inferenceAbi, functionName: 'infer' } as const
    const contracts = [
      { ...call, args: [ids.affine, x] },
      { ...call, args: [ids.affine, x.slice(1)] },
    ] as const
    const [first, second] = await client.multicall({ contracts, deployless: true })
    expect(first).toEqual({ status: 'success', result: answer })
    expect(toTypedError(second.error)).toBeInstanceOf(ShapeMismatchError)
  })

  test('behavior: integer tensors take the integers themselves', async () => {
    expect(await chain.client.inference.infer({ model: ids.pick, x: [2n] })).toEqual([toWad('3.5')])
  })

  test('behavior: asks the address that the chain names', async () => {
    const elsewhere = createPublicClient({
      chain: { ...anvil, contracts: { inference: { address: `0x${'12'.repeat(20)}` } } },
      transport: http(chain.devnet.url),
    })
    const error = await failure(infer(elsewhere, { model: ids.affine, x }))
    expect(error).toBeInstanceOf(InferenceUnavailableError)
  })

  test('error: unknown model', async () => {
    const error = await failure(infer(chain.client, { model: ids.unknown, x }))
    expect(error).toBeInstanceOf(ModelNotFoundError)
    expect(error).toMatchObject({ model: ids.unknown, errorName: 'ModelNotFound' })
    expect((error as Error).message).toMatchInlineSnapshot(`
      "Model 0xbc36789e7a1e281436464229828f817d6612f7b477d66591ff96a9e064bcc98a is not registered on this chain.
      Register it with \`deployModelSync\`, or with \`lockstep deploy model.onnx\`."
    `)
  })

  test('error: wrong length', async () => {
    const error = await failure(infer(chain.client, { model: ids.affine, x: x.slice(1) }))
    expect(error).toBeInstanceOf(ShapeMismatchError)
    expect(error).toMatchObject({ input: 0n, want: [1, 4], got: [3] })
    expect((error as Error).message).toMatchInlineSnapshot(
      `"Input 0 has the shape [1,4], got [3]."`,
    )
  })

  test('error: several inputs', async () => {
    const error = await failure(infer(chain.client, { model: ids.pair, x }))
    expect(error).toBeInstanceOf(UseInferTensorsError)
  })

  test('error: a result that is not finite', async () => {
    const error = await failure(infer(chain.client, { model: ids.reciprocal, x: [0n] }))
    expect(error).toBeInstanceOf(NonFiniteOutputError)
    expect(error).toMatchObject({ output: 0n, index: 0n })
  })

  test('error: a value that the tensor cannot hold', async () => {
    const call = infer(chain.client, { model: ids.affine, x: [0n, 2n ** 255n - 1n, 0n, 0n] })
    expect(await failure(call)).toMatchObject({ name: 'ValueOutOfRangeError', index: 1n })
    expect(await failure(call)).toBeInstanceOf(ValueOutOfRangeError)
  })

  test('error: a value that the graph rejects', async () => {
    const error = await failure(infer(chain.client, { model: ids.pick, x: [4n] }))
    expect(error).toBeInstanceOf(GraphRejectedError)
  })

  test('error: keeps what viem said as its cause', async () => {
    const error = (await failure(infer(chain.client, { model: ids.unknown, x }))) as Error
    expect((error.cause as Error).name).toBe('ContractFunctionExecutionError')
    expect((error.cause as Error).message).toContain(inferenceAddress)
  })

  test('error: nobody answers', async () => {
    const lost = createPublicClient({ transport: http('http://127.0.0.1:1', { retryCount: 0 }) })
    const error = await failure(infer(lost, { model: ids.affine, x }))
    expect(error).toBeInstanceOf(NodeFaultError)
  })
})
