import { inferenceAbi } from '@lockstep/precompile'
import {
  bytesToHex,
  decodeAbiParameters,
  decodeFunctionResult,
  encodeErrorResult,
  encodeFunctionData,
  parseAbi,
  parseEther,
  stringToHex,
  zeroHash,
} from 'viem'
import { describe, expect, test } from 'vitest'
import { inferenceAddress, registrationSlot, registryAddress } from '../../node/registry.js'
import { affine, reciprocal } from '../../node/testing/models.js'
import { testClients } from '../testing/clients.js'
import { testServer } from '../testing/testServer.js'

const registryAbi = parseAbi([
  'function register(bytes32 model)',
  'function setName(bytes32 name, bytes32 model)',
])
const infer = (id: `0x${string}`, x: bigint[]) =>
  encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args: [id, x] })
const whole = ({ bytes }: { bytes: Uint8Array }) => ({
  offset: 0,
  size: bytes.length,
  data: bytesToHex(bytes),
})

test('lockstep_runtime names the engine and the price list', async () => {
  const { call, node } = await testServer()
  expect(await call('lockstep_runtime')).toEqual({
    runtime: node.precompile.engine.runtimeId,
    schedule: node.precompile.schedule.version,
  })
})

describe('a model that is uploaded and registered', () => {
  async function registered() {
    const clients = await testClients()
    const { call, wallet } = clients
    await call('lockstep_putModel', affine.id, whole(affine))
    await wallet.writeContract({
      address: registryAddress,
      abi: registryAbi,
      functionName: 'register',
      args: [affine.id],
    })
    return clients
  }

  test('is described, before and after its registration', async () => {
    const { call } = await testServer()
    expect(await call('lockstep_getModel', affine.id)).toBeNull()
    await call('lockstep_putModel', affine.id, whole(affine))
    expect(await call('lockstep_getModel', affine.id)).toMatchObject({
      id: affine.id,
      bytes: affine.bytes.length,
      inputs: [{ name: 'x', shape: [-1] }],
      registered: false,
    })
    expect(await call('lockstep_models')).toEqual([])
    const after = await registered()
    expect(await after.call('lockstep_getModel', affine.id)).toMatchObject({ registered: true })
  })

  test('is listed from the block that registered it, with the names that point to it', async () => {
    const { call, wallet, addressOf } = await registered()
    const setName = (name: string, model: `0x${string}`) =>
      wallet.writeContract({
        address: registryAddress,
        abi: registryAbi,
        functionName: 'setName',
        args: [stringToHex(name, { size: 32 }), model],
      })
    await setName('affine-v1', affine.id)
    await setName('old', affine.id)
    await setName('old', zeroHash)
    const owner = addressOf(0)
    expect(await call('lockstep_models')).toMatchObject([
      { id: affine.id, names: [{ owner, name: 'affine-v1' }] },
    ])
    expect(await call('lockstep_models', '0x1')).toMatchObject([{ id: affine.id, names: [] }])
    expect(await call('lockstep_models', 'earliest')).toEqual([])
  })

  test('leaves the list when the chain goes back', async () => {
    const { call, tester, wallet } = await testClients()
    const id = await tester.snapshot()
    await call('lockstep_putModel', affine.id, whole(affine))
    await wallet.writeContract({
      address: registryAddress,
      abi: registryAbi,
      functionName: 'register',
      args: [affine.id],
    })
    expect(await call('lockstep_models')).toHaveLength(1)
    await tester.revert({ id })
    expect(await call('lockstep_models')).toEqual([])
  })

  test('is given back in parts', async () => {
    const { call } = await registered()
    const { bytes, id } = affine
    expect(await call('lockstep_getModelBytes', id)).toBe(bytesToHex(bytes))
    expect(await call('lockstep_getModelBytes', id, 10, 5)).toBe(bytesToHex(bytes.subarray(10, 15)))
    expect(await call('lockstep_getModelBytes', id, bytes.length, 5)).toBe('0x')
    expect(await call('lockstep_getModelBytes', reciprocal.id)).toBeNull()
  })

  test('gives its inferences by transaction, and by block in any way of naming it', async () => {
    const { call, reader, wallet } = await registered()
    const transactionHash = await wallet.sendTransaction({
      to: inferenceAddress,
      data: infer(affine.id, [parseEther('3')]),
    })
    const { blockHash, blockNumber } = await reader.getTransactionReceipt({ hash: transactionHash })
    const inferences = await call('lockstep_getInferences', transactionHash)
    expect(inferences).toEqual([
      {
        model: affine.id,
        method: 'infer',
        inputHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
        outputHash: expect.stringMatching(/^0x[0-9a-f]{64}$/),
        gasUsed: expect.stringMatching(/^0x[1-9a-f][0-9a-f]*$/),
        success: true,
        transactionHash,
        transactionIndex: '0x0',
        callIndex: '0x0',
        depth: '0x0',
        caller: wallet.account.address,
        blockNumber: '0x2',
        blockHash,
      },
    ])
    for (const block of ['latest', Number(blockNumber), '0x2', blockHash, { blockHash }]) {
      expect(await call('lockstep_getInferences', block)).toEqual(inferences)
    }
    expect(await call('lockstep_getInferences', '0x1')).toEqual([])
    expect(await call('lockstep_getInferences', affine.id)).toBeNull()
  })
})

describe('lockstep_runPrecompile', () => {
  const outcome = [{ type: 'bool' }, { type: 'uint64' }, { type: 'bytes' }] as const

  async function run(calldata: string, gas: string, models = [affine.bytes, reciprocal.bytes]) {
    const { call } = await testServer({ models })
    return decodeAbiParameters(outcome, await call('lockstep_runPrecompile', calldata, gas))
  }

  test('answers as the precompile does', async () => {
    const [success, gasUsed, data] = await run(infer(affine.id, [parseEther('3')]), '0xffffff')
    const y = decodeFunctionResult({ abi: inferenceAbi, functionName: 'infer', data })
    expect([success, y]).toEqual([true, [parseEther('7')]])
    expect(gasUsed).toBeGreaterThan(0n)
  })

  test('gives the revert data of a model’s error', async () => {
    const [success, , data] = await run(infer(reciprocal.id, [0n]), '0xffffff')
    const expected = { abi: inferenceAbi, errorName: 'NonFiniteOutput', args: [0n, 0n] } as const
    expect([success, data]).toEqual([false, encodeErrorResult(expected)])
  })

  test('takes all the gas where it is too little, however it is asked', async () => {
    expect(await run(infer(affine.id, [1n]), '0x64')).toEqual([false, 100n, '0x'])
    const [, gasUsed] = await run(infer(affine.id, [1n]), `0x${'f'.repeat(64)}`)
    expect(gasUsed).toBeLessThan(1_000_000n)
  })

  test('knows only what the block’s registry lists', async () => {
    const [success, , data] = await run(infer(affine.id, [1n]), '0xffffff', [])
    const expected = { abi: inferenceAbi, errorName: 'ModelNotFound', args: [affine.id] } as const
    expect([success, data]).toEqual([false, encodeErrorResult(expected)])
  })
})

test('a revert of the precompile is named in the message of eth_call', async () => {
  const { failure } = await testServer({ models: [reciprocal.bytes] })
  const call = (data: string) => failure('eth_call', { to: inferenceAddress, data }, 'latest')
  expect(await call(infer(reciprocal.id, [0n]))).toMatchObject({
    code: 3,
    message: 'execution reverted: NonFiniteOutput(0, 0)',
  })
  expect(await call(infer(affine.id, [0n]))).toMatchObject({
    code: 3,
    message: `execution reverted: ModelNotFound(${affine.id})`,
  })
})

describe('a registered model whose file the node lacks', () => {
  async function withoutFile() {
    const server = await testServer()
    const yes = `0x${'1'.padStart(64, '0')}`
    await server.call('anvil_setStorageAt', registryAddress, registrationSlot(affine.id), yes)
    const request = {
      from: server.addressOf(0),
      to: inferenceAddress,
      data: infer(affine.id, [1n]),
    }
    return { ...server, request }
  }
  const fault = { code: -32000, message: expect.stringContaining(affine.id) }

  test('is a fault of the node, by name: in calls, estimates and sends', async () => {
    const { failure, request } = await withoutFile()
    expect(await failure('eth_call', request, 'latest')).toMatchObject(fault)
    expect(await failure('eth_estimateGas', request)).toMatchObject(fault)
    expect(await failure('eth_sendTransaction', { ...request, gas: '0xf4240' })).toMatchObject(
      fault,
    )
    expect(await failure('lockstep_runPrecompile', request.data, '0xf4240')).toMatchObject(fault)
  })

  test('is told to who waits for the receipt', async () => {
    const { call, failure, request } = await withoutFile()
    await call('evm_setIntervalMining', 1)
    const sent = { ...request, gas: '0xf4240' }
    expect(await failure('eth_sendTransactionSync', sent)).toMatchObject(fault)
    expect(await call('eth_chainId')).toBe('0x7a69')
  })
})
