import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer as createHttpServer } from 'node:http'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import {
  decodeFunctionResult,
  encodeAbiParameters,
  getCreateAddress,
  numberToHex,
  parseEther,
} from 'viem'
import { describe, expect, onTestFinished, test } from 'vitest'
import { createDevnet } from '../../devnet.js'
import { type AnvilClient, startAnvil } from '../../rpc/testing/anvil.js'
import { assemble } from '../../rpc/testing/assemble.js'
import { rpcClient, testServer } from '../../rpc/testing/testServer.js'
import type { Hex } from '../node.js'
import { temporaryFolder } from '../testing/folder.js'
import { probeAbi, probeCode, probeData } from '../testing/probe.js'
import type { ForkOptions } from './fork.js'

const dev: Hex = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const third: Hex = '0x00000000000000000000000000000000000dead1'

interface Receipt {
  readonly status: Hex
  readonly contractAddress: Hex
  readonly blockNumber: Hex
  readonly transactionHash: Hex
}

type Client = Pick<AnvilClient, 'call'>

async function send(client: Client, fields: Record<string, unknown>): Promise<Receipt> {
  return client.call<Receipt>('eth_sendTransactionSync', { from: dev, ...fields })
}

async function deployOn(client: Client, value: bigint): Promise<Hex> {
  const argument = encodeAbiParameters([{ type: 'uint256' }], [value])
  return (await send(client, { data: `${probeCode}${argument.slice(2)}` })).contractAddress
}

async function valueAt(client: Client, to: Hex, block: string = 'latest'): Promise<bigint> {
  const data = await client.call('eth_call', { to, data: probeData('value') }, block)
  return decodeFunctionResult({ abi: probeAbi, functionName: 'value', data }) as bigint
}

/** An Anvil with a contract that holds 7, and 100 wei at an address of its own. */
async function remoteChain() {
  const anvil = await startAnvil()
  const probe = await deployOn(anvil, 7n)
  await anvil.call('anvil_setBalance', third, numberToHex(100))
  await anvil.call('evm_mine')
  return { anvil, probe }
}

describe('a fork of a real Anvil', () => {
  test('reads accounts, code, storage and calls of the forked state', async () => {
    const { anvil, probe } = await remoteChain()
    const fork = await testServer({ fork: { url: anvil.url } })
    expect(await fork.call('eth_blockNumber')).toBe(await anvil.call('eth_blockNumber'))
    expect(await fork.call('eth_getCode', probe, 'latest')).toBe(
      await anvil.call('eth_getCode', probe, 'latest'),
    )
    expect(await fork.call('eth_getStorageAt', probe, '0x0', 'latest')).toBe(
      numberToHex(7, { size: 32 }),
    )
    expect(await fork.call('eth_getBalance', third, 'latest')).toBe('0x64')
    expect(await valueAt(fork, probe)).toBe(7n)
  })

  test('writes over the forked state without a trace of it on the remote', async () => {
    const { anvil, probe } = await remoteChain()
    const fork = await testServer({ fork: { url: anvil.url } })
    const { status } = await send(fork, { to: probe, data: probeData('store', 0n) })
    expect(status).toBe('0x1')
    expect(await valueAt(fork, probe)).toBe(0n)
    expect(await fork.call('eth_getStorageAt', probe, '0x0', 'latest')).toBe(
      numberToHex(0, { size: 32 }),
    )
    expect(await valueAt(anvil, probe)).toBe(7n)
    await send(fork, { to: probe, data: probeData('store', 9n) })
    expect(await valueAt(fork, probe)).toBe(9n)
  })

  test('gives the same receipts and gas as the remote for the same transactions', async () => {
    const { anvil, probe } = await remoteChain()
    const fork = await testServer({ fork: { url: anvil.url } })
    const calls = [
      { to: probe, data: probeData('store', 0n) },
      { to: probe, data: probeData('store', 5n) },
      { to: probe, data: probeData('burn', 50n) },
      { to: probe, data: probeData('create') },
      { to: third, value: numberToHex(1) },
      { data: assemble('PUSH 0 PUSH 0 SSTORE PUSH 0 PUSH 0 RETURN') },
    ]
    for (const call of calls) {
      const fields = { ...call, gas: numberToHex(1_000_000) }
      const [ours, theirs] = [await send(fork, fields), await send(anvil, fields)]
      const { status, contractAddress, blockNumber } = ours
      expect({ status, contractAddress, blockNumber }).toEqual({
        status: theirs.status,
        contractAddress: theirs.contractAddress,
        blockNumber: theirs.blockNumber,
      })
      expect(ours).toHaveProperty('gasUsed', (theirs as unknown as { gasUsed: Hex }).gasUsed)
    }
  })

  test('keeps the nonces of the remote, and funds the dev accounts', async () => {
    const { anvil } = await remoteChain()
    const fork = await testServer({ fork: { url: anvil.url } })
    expect(await fork.call('eth_getTransactionCount', dev, 'latest')).toBe('0x1')
    expect(BigInt(await fork.call('eth_getBalance', dev, 'latest'))).toBe(parseEther('10000'))
    expect(await fork.call('eth_chainId')).toBe(await anvil.call('eth_chainId'))
  })

  test('hands on blocks, transactions, receipts and logs from before the fork', async () => {
    const { anvil, probe } = await remoteChain()
    const stored = await send(anvil, { to: probe, data: probeData('store', 8n) })
    const fork = await testServer({ fork: { url: anvil.url } })
    const later = await send(fork, { to: probe, data: probeData('store', 3n) })
    const both = async (method: string, ...params: unknown[]) => {
      expect(await fork.call(method, ...params)).toEqual(await anvil.call(method, ...params))
    }
    await both('eth_getBlockByNumber', '0x1', true)
    await both('eth_getBlockByNumber', stored.blockNumber, true)
    await both('eth_getTransactionByHash', stored.transactionHash)
    await both('eth_getTransactionReceipt', stored.transactionHash)
    await both('eth_getBlockReceipts', stored.blockNumber)
    await both('eth_getBalance', third, '0x1')
    const logs = await fork.call<{ transactionHash: Hex }[]>('eth_getLogs', {
      address: probe,
      fromBlock: '0x0',
      toBlock: 'latest',
    })
    expect(logs.map(({ transactionHash }) => transactionHash)).toEqual([
      stored.transactionHash,
      later.transactionHash,
    ])
    expect(await fork.call('eth_getTransactionReceipt', `0x${'12'.repeat(32)}`)).toBeNull()
  })

  test('sees hashes of forked blocks from contracts', async () => {
    const { anvil, probe } = await remoteChain()
    const fork = await testServer({ fork: { url: anvil.url } })
    await fork.call('evm_mine')
    const data = await fork.call('eth_call', { to: probe, data: probeData('hashOf', 1n) }, 'latest')
    const { hash } = await anvil.call<{ hash: Hex }>('eth_getBlockByNumber', '0x1', false)
    expect(data).toBe(hash)
  })

  test('forks at an older block, and counts back from the latest', async () => {
    const { anvil, probe } = await remoteChain()
    const at = BigInt(await anvil.call('eth_blockNumber'))
    await send(anvil, { to: probe, data: probeData('store', 8n) })
    const exact = await testServer({ fork: { url: anvil.url, blockNumber: at } })
    const relative = await testServer({ fork: { url: anvil.url, blockNumber: -1n } })
    expect(await valueAt(exact, probe)).toBe(7n)
    expect(await valueAt(relative, probe)).toBe(7n)
    expect(BigInt(await relative.call('eth_blockNumber'))).toBe(at)
  })

  test('begins within a block, after the transaction that is named', async () => {
    const { anvil, probe } = await remoteChain()
    await anvil.call('evm_setAutomine', false)
    const hashes: Hex[] = []
    for (const value of [1n, 2n, 3n]) {
      const request = { from: dev, to: probe, data: probeData('store', value), gas: '0x20000' }
      hashes.push(await anvil.call('eth_sendTransaction', request))
    }
    await anvil.call('evm_mine')
    expect(await valueAt(anvil, probe)).toBe(3n)
    const [first, second] = hashes
    if (!second) throw new Error('There is no second transaction.')
    const fork = await testServer({ fork: { url: anvil.url, transactionHash: second } })
    expect(await valueAt(fork, probe)).toBe(2n)
    const block = await fork.call<Record<string, unknown>>('eth_getBlockByNumber', 'latest', false)
    const theirs = await anvil.call<Record<string, unknown>>(
      'eth_getBlockByNumber',
      'latest',
      false,
    )
    expect(block.transactions).toEqual([first, second])
    for (const field of ['number', 'baseFeePerGas', 'mixHash', 'miner', 'gasLimit']) {
      expect(block[field]).toBe(theirs[field])
    }
    expect(await fork.call('eth_getTransactionReceipt', second)).toMatchObject({ status: '0x1' })
    await send(fork, { to: probe, data: probeData('store', 9n) })
    expect(await valueAt(fork, probe)).toBe(9n)
  })

  test('error: begins after a transaction that no block has', async () => {
    const { anvil } = await remoteChain()
    const fork = { url: anvil.url, transactionHash: numberToHex(5, { size: 32 }) }
    await expect(testServer({ fork })).rejects.toMatchObject({
      name: 'ForkError',
      message: expect.stringContaining(fork.transactionHash),
    })
  })

  test('snapshots, reverts, resets to another block, and off the fork', async () => {
    const { anvil, probe } = await remoteChain()
    const at = BigInt(await anvil.call('eth_blockNumber'))
    const fork = await testServer({ fork: { url: anvil.url } })
    const snapshot = await fork.call('evm_snapshot')
    await send(fork, { to: probe, data: probeData('store', 8n) })
    await fork.call('evm_revert', snapshot)
    expect(await valueAt(fork, probe)).toBe(7n)
    await send(anvil, { to: probe, data: probeData('store', 11n) })
    await fork.call('anvil_reset', { forking: { blockNumber: Number(at) + 1 } })
    expect(await valueAt(fork, probe)).toBe(11n)
    await fork.call('anvil_reset', { forking: {} })
    expect(BigInt(await fork.call('eth_blockNumber'))).toBe(at + 1n)
    await fork.call('anvil_reset')
    expect(await fork.call('eth_blockNumber')).toBe('0x0')
    expect(await fork.call('eth_getCode', probe, 'latest')).toBe('0x')
    await fork.call('anvil_reset', { forking: { jsonRpcUrl: anvil.url } })
    expect(await valueAt(fork, probe)).toBe(11n)
  })

  test('proves what it has not changed, by the forked root, and says why it cannot prove the rest', async () => {
    const { anvil, probe } = await remoteChain()
    const fork = await testServer({ fork: { url: anvil.url } })
    const base = await anvil.call('eth_blockNumber')
    const theirs = await anvil.call<object>(
      'eth_getProof',
      probe,
      [numberToHex(0, { size: 32 })],
      base,
    )
    await fork.call('evm_mine')
    const ours = await fork.call<object>('eth_getProof', probe, ['0x0'], 'latest')
    for (const field of ['accountProof', 'balance', 'codeHash', 'nonce', 'storageHash']) {
      expect(ours).toHaveProperty(field, theirs[field as never])
    }
    await send(fork, { to: probe, data: probeData('store', 4n) })
    const failure = await fork.failure('eth_getProof', probe, ['0x0'], 'latest')
    expect(failure).toMatchObject({ code: -32_000, message: expect.stringContaining('changed') })
  })

  test('has one root for one state, whatever the way to it', async () => {
    const { anvil, probe } = await remoteChain()
    const fork = await testServer({ fork: { url: anvil.url } })
    const rootAfter = async (...values: bigint[]) => {
      const snapshot = await fork.call('evm_snapshot')
      for (const value of values) {
        const slot = numberToHex(value, { size: 32 })
        await fork.call('anvil_setStorageAt', probe, '0x0', slot)
      }
      await fork.call('anvil_setNextBlockTimestamp', 4_000_000_000)
      await fork.call('evm_mine')
      const block = await fork.call<{ stateRoot: Hex }>('eth_getBlockByNumber', 'latest', false)
      await fork.call('evm_revert', snapshot)
      return block.stateRoot
    }
    const untouched = await rootAfter()
    expect(await rootAfter(7n)).toBe(untouched)
    expect(await rootAfter(0n, 9n, 7n)).toBe(untouched)
    expect(await rootAfter(0n)).toBe(await rootAfter(5n, 0n))
    expect(await rootAfter(0n)).not.toBe(untouched)
  })
})

describe('a fork in a data folder', () => {
  test('goes on from its own blocks, and from the block that it forked, whatever came since', async () => {
    const { anvil, probe } = await remoteChain()
    const dataDir = await temporaryFolder()
    const fork = { url: anvil.url }
    const first = await createDevnet({ port: 0, fork, dataDir })
    const { call } = rpcClient(first.url)
    await send({ call }, { to: probe, data: probeData('store', 9n) })
    await call('anvil_setBalance', third, '0x5')
    const { hash } = first.node.head
    await first.close()
    await send(anvil, { to: probe, data: probeData('store', 8n) })

    const second = await createDevnet({ port: 0, fork, dataDir })
    onTestFinished(() => second.close())
    expect(second.node.head.hash).toBe(hash)
    const again = rpcClient(second.url)
    expect(await valueAt(again, probe)).toBe(9n)
    expect(await again.call('eth_getBalance', third)).toBe('0x5')
    expect(await valueAt(again, probe, '0x2')).toBe(7n)
    expect(await send(again, { to: probe, data: probeData('store', 1n) })).toMatchObject({
      status: '0x1',
      blockNumber: '0x4',
    })
    for (const options of [[], [{ forking: { jsonRpcUrl: anvil.url } }]]) {
      expect(await again.failure('anvil_reset', ...options)).toMatchObject({
        message: expect.stringContaining('another --data-dir'),
      })
    }
    expect(await valueAt(again, probe)).toBe(1n)
  })

  test('error: the folder holds a fork of another block, or a chain of its own', async () => {
    const { anvil } = await remoteChain()
    const dataDir = await temporaryFolder()
    const start = (fork?: ForkOptions) =>
      createDevnet({ port: 0, dataDir, ...(fork && { fork }) }).then((devnet) => devnet.close())
    await start({ url: anvil.url })
    const mismatch = { name: 'DataDirMismatchError', field: expect.stringMatching(/^fork/) }
    await expect(start({ url: anvil.url, blockNumber: 1n })).rejects.toMatchObject(mismatch)
    await expect(start()).rejects.toMatchObject(mismatch)
    await start({ url: anvil.url })
  })
})

describe('another node of the forked chain', () => {
  test('is asked once it is named, and a node of another chain is not', async () => {
    const { anvil, probe } = await remoteChain()
    const twin = await startAnvil()
    await twin.call('anvil_loadState', await anvil.call('anvil_dumpState'))
    const fork = await testServer({ fork: { url: anvil.url, retries: 0 } })
    const stranger = await startAnvil()
    expect(await fork.failure('anvil_setRpcUrl', stranger.url)).toMatchObject({
      message: expect.stringContaining('reset to a fork of the other one'),
    })
    await fork.call('anvil_setRpcUrl', twin.url)
    await anvil.stop()
    expect(await valueAt(fork, probe)).toBe(7n)
    expect(await fork.call('anvil_nodeInfo')).toMatchObject({ forkConfig: { forkUrl: twin.url } })
    const { failure } = await testServer()
    expect(await failure('anvil_setRpcUrl', twin.url)).toMatchObject({ code: -32602 })
  })
})

describe('a remote that fails', () => {
  test('error: nothing listens', async () => {
    const fork = { url: `http://127.0.0.1:${await closedPort()}/secret-key`, retries: 0 }
    const failure = testServer({ fork })
    await expect(failure).rejects.toThrow(/did not answer eth_chainId/)
    await expect(failure).rejects.not.toThrow(/secret-key/)
  })

  test('error: a block that it does not have', async () => {
    const { anvil } = await remoteChain()
    await expect(testServer({ fork: { url: anvil.url, blockNumber: 999n } })).rejects.toThrow(
      /has no block 999/,
    )
  })

  test('error: it is no Ethereum node', async () => {
    const url = await liar(() => 'certainly')
    await expect(testServer({ fork: { url } })).rejects.toThrow(/something else than a quantity/)
  })

  test('behavior: dies while the fork runs: calls fail with its name, the node goes on', async () => {
    const { anvil, probe } = await remoteChain()
    const fork = await testServer({ fork: { url: anvil.url, retries: 0 } })
    expect(await valueAt(fork, probe)).toBe(7n)
    await anvil.stop()
    const unread = '0x00000000000000000000000000000000000000ff'
    const failure = await fork.failure('eth_getBalance', unread, 'latest')
    expect(failure.code).toBe(-32_000)
    expect(failure.message).toMatch(/forked chain at 127\.0\.0\.1:\d+ did not answer/)
    const sent = await fork.failure('eth_sendTransaction', {
      from: dev,
      to: unread,
      value: '0x1',
      gas: '0x5208',
    })
    expect(sent.message).toMatch(/did not answer/)
    expect(await valueAt(fork, probe)).toBe(7n)
    const data = probeData('store', 2n)
    const { status } = await send(fork, {
      from: fork.addressOf(1),
      to: probe,
      data,
      gas: '0xf4240',
    })
    expect(status).toBe('0x1')
  })

  test('behavior: is asked again after an answer of too many requests', async () => {
    const { anvil, probe } = await remoteChain()
    let refusals = 3
    const url = await proxy(anvil.url, () => (refusals-- > 0 ? 429 : undefined))
    const fork = await testServer({ fork: { url, retryBackoffMs: 1, computeUnitsPerSecond: 1e6 } })
    expect(await valueAt(fork, probe)).toBe(7n)
    expect(refusals).toBeLessThan(0)
  })
})

test('what was read of a fork is on disk for the next run', async () => {
  const { anvil, probe } = await remoteChain()
  const cacheFolder = await mkdtemp(join(tmpdir(), 'lockstep-fork-'))
  onTestFinished(() => rm(cacheFolder, { recursive: true }))
  const asked: string[] = []
  const url = await proxy(anvil.url, (method) => {
    asked.push(method)
    return undefined
  })
  const first = await testServer({ fork: { url, cacheFolder } })
  expect(await valueAt(first, probe)).toBe(7n)
  await first.devnet.close()
  asked.length = 0
  const second = await testServer({ fork: { url, cacheFolder } })
  expect(await valueAt(second, probe)).toBe(7n)
  expect(asked).not.toContain('eth_getCode')
  expect(asked).not.toContain('eth_getStorageAt')
})

test('a contract that was destroyed and made again starts without the storage of the fork', async () => {
  // Runtime code that destroys itself when called; its constructor stores 5.
  const runtime = assemble('PUSH 0 SELFDESTRUCT').slice(2)
  const init = assemble(
    `PUSH 5 PUSH 1 SSTORE PUSH 0x${runtime} PUSH 0 MSTORE PUSH ${runtime.length / 2} PUSH ${32 - runtime.length / 2} RETURN`,
  )
  const anvil = await startAnvil('--hardfork', 'shanghai')
  const { contractAddress } = await send(anvil, { data: init, gas: '0xf4240' })
  const fork = await testServer({ fork: { url: anvil.url }, hardfork: 'shanghai' })
  const slot = () => fork.call('eth_getStorageAt', contractAddress, '0x1', 'latest')
  expect(BigInt(await slot())).toBe(5n)
  await send(fork, { to: contractAddress, gas: '0xf4240' })
  expect(await fork.call('eth_getCode', contractAddress, 'latest')).toBe('0x')
  expect(BigInt(await slot())).toBe(0n)
  await send(fork, { to: contractAddress, value: '0x1', gas: '0xf4240' })
  expect(BigInt(await slot())).toBe(0n)
  expect(getCreateAddress({ from: dev, nonce: 0n }).toLowerCase()).toBe(contractAddress)
})

async function closedPort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}

/** A node that gives the same answer to everything. */
function liar(answer: () => unknown): Promise<string> {
  return serve(async ({ id }) => ({ status: 200, body: { jsonrpc: '2.0', id, result: answer() } }))
}

/** Sends requests on, but for those to which `intercept` gives a status. */
function proxy(url: string, intercept: (method: string) => number | undefined) {
  return serve(async (request) => {
    const status = intercept(request.method)
    if (status !== undefined) return { status: Number(status), body: {} }
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(request),
    })
    return { status: 200, body: await response.json() }
  })
}

interface Request {
  readonly id: number
  readonly method: string
}

async function serve(
  answer: (request: Request) => Promise<{ status: number; body: unknown }>,
): Promise<string> {
  const server = createHttpServer(async (request, response) => {
    let text = ''
    for await (const chunk of request) text += chunk
    const { status, body } = await answer(JSON.parse(text))
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => {
    server.closeAllConnections()
    server.close()
  })
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
