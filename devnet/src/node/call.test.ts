import { createTx } from '@ethereumjs/tx'
import { createAddressFromString } from '@ethereumjs/util'
import { decodeErrorResult, decodeFunctionResult, encodeFunctionData, parseEther } from 'viem'
import { describe, expect, test } from 'vitest'
import {
  BlockNotFoundError,
  ExecutionRevertedError,
  InvalidCallError,
  PoolError,
} from './errors.js'
import type { BlockId, Hex, Node } from './node.js'
import { deployProbe, probeAbi, probeData } from './testing/probe.js'
import { account, balanceOf, mined, signed, testNode } from './testing/testNode.js'

const stranger: Hex = `0x${'5a'.repeat(20)}`

async function read(
  node: Node,
  to: Hex,
  name: string,
  args: unknown[] = [],
  id: BlockId = 'latest',
) {
  const { returnData } = await node.call({ to, data: probeData(name, ...args) }, id)
  return decodeFunctionResult({ abi: probeAbi, functionName: name, data: returnData } as never)
}

describe('call', () => {
  test('answers, and leaves no trace', async () => {
    const node = await testNode()
    const to = await deployProbe(node, 5n)
    const { head } = node
    const outcome = await node.call({ to, data: probeData('store', 9n) }, 'latest')
    expect(outcome).toMatchObject({ success: true, returnData: '0x' })
    expect(outcome.logs).toHaveLength(1)
    expect(await read(node, to, 'value')).toBe(5n)
    expect(node.head).toBe(head)
  })

  test('leaves nothing to the calls after it, which cost what they cost alone', async () => {
    const node = await testNode()
    const to = await deployProbe(node, 5n)
    const poor: Hex = `0x${'99'.repeat(20)}`
    const slot: Hex = `0x${'00'.repeat(32)}`
    const read = () => node.call({ to, data: probeData('value') }, 'latest')
    const first = await read()
    const disturbances: (() => Promise<unknown>)[] = [
      () => node.call({ to, data: probeData('store', 9n) }, 'latest'),
      () => node.call({ to, data: probeData('refuse', 1n) }, 'latest'),
      () => node.call({ to, data: probeData('burn', 10n ** 9n), gas: 90_000n }, 'latest'),
      () => node.call({ to, data: probeData('create') }, 'latest'),
      () => node.call({ from: poor, to, value: 1n }, 'latest').catch(() => {}),
      () => node.call({ data: '0x60006000fd' }, 'latest'),
      () => node.call({ data: '0x30ff' }, 'latest'),
      () =>
        node.call({ to, data: probeData('value') }, 'latest', {
          state: {
            [to]: { code: '0x60016000526020600060f3', state: { [slot]: `0x${'07'.repeat(32)}` } },
            [stranger]: { balance: parseEther('1'), nonce: 7n },
          },
        }),
      () => node.createAccessList({ to, data: probeData('store', 8n) }, 'latest'),
      () => node.estimateGas({ to, data: probeData('store', 7n) }, 'latest'),
    ]
    for (const disturb of disturbances) {
      await disturb()
      expect(await read()).toEqual(first)
    }
    const all = disturbances.flatMap((disturb) => [disturb(), read()])
    const answers = await Promise.all(all)
    expect(answers.filter((_, index) => index % 2 === 1)).toEqual(disturbances.map(() => first))
    expect(await balanceOf(node, stranger)).toBe(0n)
  })

  test('gives the revert data', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    const outcome = await node.call({ to, data: probeData('refuse', 3n) }, 'latest')
    expect(outcome).toMatchObject({ success: false, exception: 'revert' })
    const error = decodeErrorResult({ abi: probeAbi, data: outcome.returnData })
    expect(error).toMatchObject({ errorName: 'Refused', args: [3n] })
  })

  test('sees the chain as it was after the named block', async () => {
    const node = await testNode()
    const to = await deployProbe(node, 1n)
    await mined(node, { to, data: probeData('store', 2n) })
    const { hash } = node.head
    await mined(node, { to, data: probeData('store', 3n) })

    expect(await read(node, to, 'value', [], 1n)).toBe(1n)
    expect(await read(node, to, 'value', [], { hash })).toBe(2n)
    expect(await read(node, to, 'value')).toBe(3n)
    const [number, timestamp] = (await read(
      node,
      to,
      'blockContext',
      [],
      1n,
    )) as unknown as bigint[]
    expect(number).toBe(1n)
    expect(timestamp).toBe((await node.block(1n))?.block.header.timestamp)
    expect(await node.call({ to, data: probeData('value') }, 'earliest')).toMatchObject({
      returnData: '0x',
    })
  })

  test('sees the transactions of the pool in the pending block', async () => {
    const node = await testNode()
    const to = await deployProbe(node, 1n)
    node.setMining({ type: 'manual' })
    await node.send(await signed(node, { to, data: probeData('store', 2n) }))

    expect(await read(node, to, 'value', [], 'pending')).toBe(2n)
    expect(await read(node, to, 'value')).toBe(1n)
    const [number] = (await read(node, to, 'blockContext', [], 'pending')) as unknown as bigint[]
    expect(number).toBe(2n)
    const pending = await node.block('pending')
    expect(pending?.transactions).toHaveLength(1)
    expect(await (await node.state('pending')).storage(to, '0x0')).toBe(
      `0x${'2'.padStart(64, '0')}`,
    )
    expect(node.head.block.header.number).toBe(1n)
    expect(node.pool().pending).toHaveLength(1)
  })

  test('knows the hashes of earlier blocks', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    await node.mine({ blocks: 3 })
    expect(await read(node, to, 'hashOf', [2n])).toBe((await node.block(2n))?.hash)
    expect(await read(node, to, 'hashOf', [4n])).toBe(`0x${'00'.repeat(32)}`)
  })

  test('calls on behalf of a contract', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    const other = await deployProbe(node)
    const outcome = await node.call({ from: other, to, data: probeData('sender') }, 'latest')
    expect(outcome.returnData).toBe(`0x${other.slice(2).padStart(64, '0')}`)
    expect((await (await node.state('latest')).code(other)).length).toBeGreaterThan(100)
  })

  test('asks for no funds unless it offers a price or sends value', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    const request = { from: stranger, to, data: probeData('blockContext') }
    const [, , baseFee] = (await read(node, to, 'blockContext')) as unknown as bigint[]
    expect(baseFee).toBe(0n)
    await expect(node.call({ ...request, gasPrice: 10n ** 10n }, 'latest')).rejects.toThrow(
      'Insufficient funds for gas * price + value',
    )
    await expect(node.call({ from: stranger, to, value: 1n }, 'latest')).rejects.toThrow(PoolError)

    const from = account(node, 0).address
    const paid = await node.call({ ...request, from, gasPrice: 10n ** 10n }, 'latest')
    const [, , paidBaseFee] = decodeFunctionResult({
      abi: probeAbi,
      functionName: 'blockContext',
      data: paid.returnData,
    })
    expect(paidBaseFee).toBe(node.head.block.header.baseFeePerGas)
  })

  test('changes state and block for itself alone', async () => {
    const node = await testNode()
    const to = await deployProbe(node, 1n)
    const slot: Hex = `0x${'00'.repeat(32)}`
    const call = (name: string, overrides: Parameters<Node['call']>[2]) =>
      node.call({ from: stranger, to, data: probeData(name) }, 'latest', overrides)

    const value = async (overrides: Parameters<Node['call']>[2]) =>
      BigInt((await call('value', overrides)).returnData)
    expect(await value({ state: { [to]: { stateDiff: { [slot]: '0x2a' } } } })).toBe(42n)
    expect(await value({ state: { [to]: { state: {} } } })).toBe(0n)
    expect(await value({ state: { [to]: { code: '0x602a60005260206000f3' } } })).toBe(42n)
    expect(await read(node, to, 'value')).toBe(1n)

    const { returnData } = await call('blockContext', {
      block: { number: 77n, time: 5n, coinbase: stranger },
    })
    const [number, timestamp, , , , coinbase] = decodeFunctionResult({
      abi: probeAbi,
      functionName: 'blockContext',
      data: returnData,
    })
    expect([number, timestamp, coinbase.toLowerCase()]).toEqual([77n, 5n, stranger])

    const rich = { state: { [stranger]: { balance: parseEther('1') } } }
    const payment = { from: stranger, to: account(node, 1).address, value: 7n }
    expect(await node.call(payment, 'latest', rich)).toMatchObject({ success: true })
  })

  test('creates a contract', async () => {
    const node = await testNode()
    const data: Hex = '0x600a600c600039600a6000f3602a60005260206000f3'
    expect(await node.call({ data }, 'latest')).toMatchObject({
      returnData: '0x602a60005260206000f3',
    })
  })

  test('runs many at a time, each for itself', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    const values = await Promise.all(
      Array.from({ length: 20 }, async (_, index) => {
        const slot: Hex = `0x${'00'.repeat(32)}`
        const value: Hex = `0x${index.toString(16)}`
        const state = { [to]: { stateDiff: { [slot]: value } } }
        const sends =
          index % 5 === 0
            ? mined(node, { to, data: probeData('store', 1n) }, account(node, index / 5))
            : undefined
        const outcome = await node.call({ to, data: probeData('value') }, 'latest', { state })
        await sends
        return Number(outcome.returnData)
      }),
    )
    expect(values).toEqual(Array.from({ length: 20 }, (_, index) => index))
  })

  test('error: a block that is not there', async () => {
    const node = await testNode()
    await expect(node.call({}, 9n)).rejects.toThrow(BlockNotFoundError)
    await expect(node.state({ hash: `0x${'11'.repeat(32)}` })).rejects.toThrow(BlockNotFoundError)
    expect(await node.block(9n)).toBeUndefined()
    expect(await node.block(-1n)).toBeUndefined()
  })

  test('error: fields that no transaction can have', async () => {
    const node = await testNode()
    const to = stranger
    await expect(node.call({ to, gasPrice: 1n, maxFeePerGas: 1n }, 'latest')).rejects.toThrow(
      InvalidCallError,
    )
    await expect(node.call({ to, value: -1n }, 'latest')).rejects.toThrow(InvalidCallError)
    await expect(node.call({ to, gas: 20_999n }, 'latest')).rejects.toThrow('intrinsic gas too low')
    await expect(node.call({ to, authorizationList: [{ nonsense: 1 }] }, 'latest')).rejects.toThrow(
      InvalidCallError,
    )
  })
})

describe('gas', () => {
  test('is the same in a call, an estimate and a block', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    const from = account(node, 0).address
    const request = { from, to, data: probeData('recordGas') }
    const gas = await node.estimateGas(request, 'latest')
    const called = await node.call({ ...request, gas }, 'latest')
    const pending = await node.call({ ...request, gas }, 'pending')
    const { receipt } = await mined(node, { to, data: request.data, gasLimit: gas })

    expect(receipt.status).toBe(1)
    expect(called.gasUsed).toBe(receipt.gasUsed)
    expect(called.returnData).toBe(receipt.returnData)
    expect(pending.returnData).toBe(receipt.returnData)
    expect(await read(node, to, 'gasSeen')).toBe(BigInt(receipt.returnData))
  })

  test('estimates a transfer exactly, and what succeeds with it fails with less', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    const from = account(node, 0).address
    expect(await node.estimateGas({ from, to: stranger, value: 1n }, 'latest')).toBe(21_000n)

    for (const data of [probeData('store', 7n), probeData('burn', 50n)]) {
      const gas = await node.estimateGas({ from, to, data }, 'latest')
      expect((await node.call({ from, to, data, gas }, 'latest')).success).toBe(true)
      expect((await node.call({ from, to, data, gas: gas - 1n }, 'latest')).success).toBe(false)
    }
  })

  test('estimates enough where inner calls get a part of the gas alone', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    const request = { to, data: probeData('nest', 20n) }
    const gas = await node.estimateGas(request, 'latest')
    const outcome = await node.call({ ...request, gas }, 'latest')
    expect(outcome.success).toBe(true)
    expect(gas).toBeGreaterThan(outcome.gasUsed)
    expect((await node.call({ ...request, gas: (gas * 62n) / 64n }, 'latest')).success).toBe(false)
  })

  test('estimates with what the sender can afford', async () => {
    const node = await testNode()
    await node.setBalance(stranger, parseEther('0.001'))
    const request = { from: stranger, to: account(node, 1).address, gasPrice: 10n ** 10n }
    expect(await node.estimateGas(request, 'latest')).toBe(21_000n)
    await expect(
      node.estimateGas({ ...request, value: parseEther('0.001') }, 'latest'),
    ).rejects.toThrow('Insufficient funds')
  })

  test('error: an estimate of what always fails', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    const error = await node
      .estimateGas({ to, data: probeData('refuse', 4n) }, 'latest')
      .catch((e) => e)
    expect(error).toBeInstanceOf(ExecutionRevertedError)
    expect(error.exception).toBe('revert')
    expect(error.returnData).toContain('4')
  })

  test('is bounded, however much is asked for', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    const request = { to, data: probeData('gasLeft'), gas: 2n ** 64n }
    const { returnData } = await node.call(request, 'latest', { block: { gasLimit: 2n ** 62n } })
    expect(Number(returnData)).toBeLessThan(50_000_000)
    const loop = node.call({ to, gas: 2n ** 64n }, 'latest', {
      state: { [to]: { code: '0x5b600056' } },
    })
    expect(await loop).toMatchObject({ success: false, exception: 'out of gas' })
  })

  test('offers the gas that a transaction may have where the request names none', async () => {
    for (const [hardfork, cap] of [
      ['prague', 30_000_000],
      ['osaka', 2 ** 24],
    ] as const) {
      const node = await testNode({ hardfork })
      const to = await deployProbe(node)
      const left = Number(await read(node, to, 'gasLeft'))
      expect(left).toBeLessThan(cap)
      expect(left).toBeGreaterThan(cap - 22_000)
    }
  })
})

describe('createAccessList', () => {
  test('lists the slots that are touched, and not what every transaction may touch', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    const from = account(node, 0).address
    const { accessList, gasUsed, error } = await node.createAccessList(
      { from, to, data: probeData('send', stranger, 0n) },
      'latest',
    )
    expect(error).toBeUndefined()
    expect(accessList).toEqual([{ address: stranger, storageKeys: [] }])
    const stored = await node.createAccessList({ from, to, data: probeData('store', 1n) }, 'latest')
    expect(stored.accessList).toEqual([{ address: to, storageKeys: [`0x${'00'.repeat(32)}`] }])
    const call = { from, to, data: probeData('send', stranger, 0n), accessList }
    expect((await node.call(call, 'latest')).gasUsed).toBe(gasUsed)
  })

  test('tells how a call that fails ends', async () => {
    const node = await testNode()
    const to = await deployProbe(node)
    const result = await node.createAccessList({ to, data: probeData('fail') }, 'latest')
    expect(result.error).toBe('revert')
  })
})

describe('impersonation', () => {
  test('mines a transaction of a contract, whose code stays', async () => {
    const node = await testNode()
    const probe = await deployProbe(node)
    const target = await deployProbe(node)
    await node.setBalance(probe, parseEther('1'))
    const tx = (nonce: bigint) =>
      createTx(
        {
          type: 2,
          nonce,
          chainId: node.chainId,
          gasLimit: 100_000n,
          maxFeePerGas: 10n ** 10n,
          to: target,
          data: encodeFunctionData({ abi: probeAbi, functionName: 'store', args: [6n] }),
        } as never,
        { common: node.common },
      )
    const { nonce } = (await (await node.state('latest')).account(probe)) ?? { nonce: 0n }
    const hash = await node.send(tx(nonce), { impersonated: createAddressFromString(probe) })
    const [transaction] = node.head.transactions
    expect(transaction).toMatchObject({ hash, from: probe, receipt: { status: 1 } })
    expect(transaction?.receipt.logs[0]?.topics[1]).toBe(`0x${probe.slice(2).padStart(64, '0')}`)
    const state = await node.state('latest')
    expect((await state.code(probe)).length).toBeGreaterThan(100)
    expect((await state.account(probe))?.nonce).toBe(nonce + 1n)
    expect(await balanceOf(node, probe)).toBeLessThan(parseEther('1'))
  })

  test('gives equal transactions of two senders hashes of their own', async () => {
    const node = await testNode()
    const hashes = []
    for (const from of [stranger, `0x${'00'.repeat(20)}`] as Hex[]) {
      await node.setBalance(from, parseEther('1'))
      const tx = createTx(
        {
          nonce: 0,
          gasLimit: 21_000n,
          gasPrice: 10n ** 10n,
          to: account(node, 1).address,
        } as never,
        { common: node.common },
      )
      hashes.push(await node.send(tx, { impersonated: createAddressFromString(from) }))
      expect(node.head.transactions[0]?.from).toBe(from)
    }
    expect(new Set(hashes).size).toBe(2)
  })
})
