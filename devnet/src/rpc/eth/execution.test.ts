import { encodeFunctionData, parseEther } from 'viem'
import { describe, expect, test } from 'vitest'
import { deployProbe, probeAbi } from '../../node/testing/probe.js'
import { testClients } from '../testing/clients.js'

describe('eth_call', () => {
  test('gives data back, at the block that is asked for', async () => {
    const { node, reader, wallet } = await testClients()
    const address = await deployProbe(node, 1n)
    const deployedAt = await reader.getBlockNumber()
    await wallet.writeContract({ address, abi: probeAbi, functionName: 'store', args: [2n] })
    const read = (blockNumber?: bigint) =>
      reader.readContract({
        address,
        abi: probeAbi,
        functionName: 'value',
        ...(blockNumber && { blockNumber }),
      })
    expect(await read()).toBe(2n)
    expect(await read(deployedAt)).toBe(1n)
  })

  test('a custom error comes back with its data, as viem decodes it', async () => {
    const { node, reader } = await testClients()
    const address = await deployProbe(node)
    const call = reader.readContract({ address, abi: probeAbi, functionName: 'refuse', args: [7n] })
    await expect(call).rejects.toThrow('Refused(uint256 value)')
  })

  test('state overrides change code, storage and balance for one call alone', async () => {
    const { node, reader } = await testClients()
    const address = await deployProbe(node, 1n)
    const value = (stateOverride?: object) =>
      reader.readContract({
        address,
        abi: probeAbi,
        functionName: 'value',
        ...(stateOverride && { stateOverride: [{ address, ...stateOverride }] }),
      })
    const slot = `0x${'0'.repeat(64)}` as const
    const nine = `0x${'9'.padStart(64, '0')}` as const
    expect(await value({ stateDiff: [{ slot, value: nine }] })).toBe(9n)
    expect(await value()).toBe(1n)

    const to = `0x${'77'.repeat(20)}` as const
    // Returns the balance of the caller.
    const code = '0x333160005260206000f3'
    const { data } = await reader.call({
      account: `0x${'88'.repeat(20)}`,
      to,
      stateOverride: [
        { address: to, code },
        { address: `0x${'88'.repeat(20)}`, balance: parseEther('3') },
      ],
    })
    expect(BigInt(data ?? 0)).toBe(parseEther('3'))
    expect(await reader.getCode({ address: to })).toBeUndefined()
  })

  test('block overrides change what the call sees of its block', async () => {
    const { node, call } = await testClients()
    const address = await deployProbe(node)
    const data = encodeFunctionData({ abi: probeAbi, functionName: 'blockContext' })
    const seen = await call<string>(
      'eth_call',
      { to: address, data },
      'latest',
      {},
      { number: '0x1234', time: '0xffffffff' },
    )
    expect(BigInt(seen.slice(0, 66))).toBe(0x1234n)
    expect(BigInt(`0x${seen.slice(66, 130)}`)).toBe(0xffffffffn)
  })
})

describe('eth_estimateGas', () => {
  test('names the gas that the transaction then uses', async () => {
    const { node, reader, wallet } = await testClients()
    const address = await deployProbe(node)
    const data = encodeFunctionData({ abi: probeAbi, functionName: 'store', args: [5n] })
    const gas = await reader.estimateGas({ account: wallet.account, to: address, data })
    const hash = await wallet.sendTransaction({ to: address, data, gas })
    expect(await reader.waitForTransactionReceipt({ hash })).toMatchObject({
      status: 'success',
      gasUsed: gas,
    })
  })

  test('error: a revert, with its data', async () => {
    const { node, failure } = await testClients()
    const to = await deployProbe(node)
    const data = encodeFunctionData({ abi: probeAbi, functionName: 'fail' })
    expect(await failure('eth_estimateGas', { to, data })).toMatchObject({
      code: 3,
      message: 'execution reverted: no',
    })
  })
})

test('eth_createAccessList names the slots that a call touches', async () => {
  const { node, reader } = await testClients()
  const address = await deployProbe(node)
  const { accessList } = await reader.createAccessList({
    to: address,
    data: encodeFunctionData({ abi: probeAbi, functionName: 'value' }),
  })
  expect(accessList).toEqual([{ address, storageKeys: [`0x${'0'.repeat(64)}`] }])
})
