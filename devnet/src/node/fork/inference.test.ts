import { decodeFunctionResult, encodeFunctionData, parseAbi } from 'viem'
import { expect, test } from 'vitest'
import { startAnvil } from '../../rpc/testing/anvil.js'
import { type rpcClient, testServer } from '../../rpc/testing/testServer.js'
import type { Hex } from '../node.js'
import { inferenceAddress, registryAddress } from '../registry.js'
import { compile } from '../testing/compile.js'
import { affine } from '../testing/models.js'

const dev: Hex = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const abi = parseAbi([
  'function look(bytes32 model, int256[] x) view returns (int256[])',
  'function infer(bytes32 model, int256[] x) returns (int256[])',
])
const registryAbi = parseAbi(['function register(bytes32 model)'])
const one = 10n ** 18n

type Client = ReturnType<typeof rpcClient>

interface Receipt {
  readonly status: Hex
  readonly contractAddress: Hex
}

function send(client: Client, fields: Record<string, unknown>): Promise<Receipt> {
  return client.call<Receipt>('eth_sendTransactionSync', { from: dev, ...fields })
}

async function look(client: Client, probe: Hex): Promise<readonly bigint[]> {
  const args = [affine.id, [3n * one]] as const
  const data = encodeFunctionData({ abi, functionName: 'look', args })
  const result = await client.call('eth_call', { to: probe, data }, 'latest')
  return decodeFunctionResult({ abi, functionName: 'look', data: result })
}

const { bytecode } = compile('InferenceProbe.sol', 'InferenceProbe')

test('a contract of a forked chain calls a model that this chain knows', async () => {
  const anvil = await startAnvil()
  const { contractAddress: probe } = await send(anvil, { data: bytecode })
  const fork = await testServer({ fork: { url: anvil.url }, models: [affine.bytes] })
  expect(await look(fork, probe)).toEqual([7n * one])
  const args = [affine.id, [one]] as const
  const data = encodeFunctionData({ abi, functionName: 'infer', args })
  expect((await send(fork, { to: probe, data })).status).toBe('0x1')
  const { block, inferences } = fork.node.head
  expect(inferences).toMatchObject([{ model: affine.id, success: true, depth: 1 }])
  expect(block.header.extraData).toHaveLength(32)
  expect(await fork.call('eth_getCode', inferenceAddress, 'latest')).toBe('0xfe')
})

test('models of a forked Lockstep chain come with it, file and registration', async () => {
  const origin = await testServer({ models: [affine.bytes] })
  const { contractAddress: probe } = await send(origin, { data: bytecode })
  const fork = await testServer({ fork: { url: origin.url } })
  expect(await look(fork, probe)).toEqual([7n * one])
  const models = await fork.call<{ id: Hex }[]>('lockstep_models')
  expect(models.map(({ id }) => id)).toEqual([affine.id])
})

test('a model registered on the fork is not on the chain that it forks', async () => {
  const origin = await testServer()
  const fork = await testServer({ fork: { url: origin.url } })
  await fork.node.models.put(affine.bytes)
  const data = encodeFunctionData({ abi: registryAbi, functionName: 'register', args: [affine.id] })
  expect((await send(fork, { to: registryAddress, data })).status).toBe('0x1')
  expect(await fork.call<unknown[]>('lockstep_models')).toHaveLength(1)
  expect(await origin.call<unknown[]>('lockstep_models')).toHaveLength(0)
})
