import { encodeFunctionData, parseEther, parseGwei } from 'viem'
import { describe, expect, test } from 'vitest'
import { deployProbe, probeAbi, probeData } from '../../node/testing/probe.js'
import { testClients } from '../testing/clients.js'
import { testServer } from '../testing/testServer.js'

const [alice, bob] = [`0x${'a1'.repeat(20)}`, `0x${'b0'.repeat(20)}`] as const

interface Answer {
  readonly number: string
  readonly hash: string
  readonly parentHash: string
  readonly timestamp: string
  readonly baseFeePerGas: string
  readonly calls: {
    readonly status: string
    readonly returnData: string
    readonly gasUsed: string
    readonly logs: { address: string; topics: string[]; data: string; logIndex: string }[]
    readonly error?: { code: number; message: string; data?: string }
  }[]
}

async function simulator() {
  const server = await testServer()
  const simulate = (blockStateCalls: object[], options: object = {}) =>
    server.call<Answer[]>('eth_simulateV1', { blockStateCalls, ...options })
  const refuse = (blockStateCalls: object[], options: object = {}) =>
    server.failure('eth_simulateV1', { blockStateCalls, ...options })
  return { ...server, simulate, refuse }
}

const funded = { stateOverrides: { [alice]: { balance: '0x3e8' } } }
const send = (from: string, to: string, value = '0x3e8') => ({ from, to, value })

describe('eth_simulateV1', () => {
  test('calls follow one another, over blocks, and leave the chain as it is', async () => {
    const { node, simulate, call } = await simulator()
    const head = node.head.hash
    const [first, second] = await simulate([
      { ...funded, calls: [send(alice, bob)] },
      { calls: [send(bob, alice)] },
    ])
    expect([first?.calls[0]?.status, second?.calls[0]?.status]).toEqual(['0x1', '0x1'])
    expect(second?.parentHash).toBe(first?.hash)
    expect(Number(second?.timestamp)).toBe(Number(first?.timestamp) + 12)
    expect(node.head.hash).toBe(head)
    expect(await call('eth_getBalance', bob, 'latest')).toBe('0x0')
  })

  test('a real block with the same transaction has the same state root', async () => {
    const { node, reader, wallet, call, addressOf } = await testClients({ genesisTimestamp: 1n })
    const [from, to] = [addressOf(0), addressOf(1)]
    node.setNextBlockTimestamp(13n)
    const baseFee = await call<string>('eth_baseFee')
    const request = {
      from,
      to,
      value: '0x1',
      gas: '0x5208',
      maxFeePerGas: `0x${parseGwei('9').toString(16)}`,
    }
    const [simulated] = await call<{ stateRoot: string; receiptsRoot: string }[]>(
      'eth_simulateV1',
      {
        blockStateCalls: [
          { blockOverrides: { time: '0xd', baseFeePerGas: baseFee }, calls: [request] },
        ],
        validation: true,
      },
    )
    await wallet.sendTransaction({
      to,
      value: 1n,
      gas: 21_000n,
      maxFeePerGas: parseGwei('9'),
      maxPriorityFeePerGas: 0n,
    })
    const block = await reader.getBlock()
    expect(block.stateRoot).toBe(simulated?.stateRoot)
    expect(block.receiptsRoot).toBe(simulated?.receiptsRoot)
  })

  test('shows transfers of ether as logs, in order, and none of what reverted', async () => {
    const { node, simulate } = await simulator()
    const to = await deployProbe(node)
    const data = encodeFunctionData({ abi: probeAbi, functionName: 'store', args: [1n] })
    const failing = encodeFunctionData({ abi: probeAbi, functionName: 'fail' })
    const [block] = await simulate(
      [
        {
          ...funded,
          calls: [
            send(alice, bob, '0x1'),
            { from: alice, to, data },
            { from: alice, to, data: failing },
          ],
        },
      ],
      { traceTransfers: true },
    )
    expect(block?.calls[0]?.logs[0]).toMatchObject({
      address: '0xeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeeee',
      data: `0x${'1'.padStart(64, '0')}`,
    })
    expect(block?.calls[1]?.logs[0]).toMatchObject({ address: to, logIndex: '0x1' })
    expect(block?.calls[2]).toMatchObject({
      status: '0x0',
      logs: [],
      error: { code: 3, message: 'execution reverted: no' },
    })
  })

  test('overrides of the block are what calls see', async () => {
    const { node, simulate } = await simulator()
    const to = await deployProbe(node)
    const [block] = await simulate([
      {
        blockOverrides: {
          number: '0x10',
          time: '0x99999999',
          gasLimit: '0x989680',
          feeRecipient: bob,
        },
        calls: [{ from: alice, to, data: probeData('blockContext') }],
      },
    ]).then((blocks) => blocks.slice(-1))
    const words = (block?.calls[0]?.returnData ?? '').slice(2).match(/.{64}/g) ?? []
    expect(words.slice(0, 2).map((word) => BigInt(`0x${word}`))).toEqual([0x10n, 0x99999999n])
    expect(BigInt(`0x${words[3]}`)).toBe(10_000_000n)
    expect(`0x${words[5]?.slice(24)}`).toBe(bob)
  })

  test('empty blocks stand where numbers are left out', async () => {
    const { simulate } = await simulator()
    const blocks = await simulate([{}, { blockOverrides: { number: '0x4' } }])
    expect(blocks.map(({ number }) => number)).toEqual(['0x1', '0x2', '0x3', '0x4'])
  })

  test('a precompile answers where it was moved to', async () => {
    const { simulate } = await simulator()
    const identity = `0x${'4'.padStart(40, '0')}`
    const [block] = await simulate([
      {
        stateOverrides: { [identity]: { movePrecompileToAddress: bob } },
        calls: [
          { to: bob, data: '0x1234' },
          { to: identity, data: '0x1234' },
        ],
      },
    ])
    expect(block?.calls.map(({ returnData }) => returnData)).toEqual(['0x1234', '0x'])
  })

  test('an inference answers in a simulation', async () => {
    const { affine } = await import('../../node/testing/models.js')
    const { inferenceAbi } = await import('@lockstep/precompile')
    const { inferenceAddress } = await import('../../node/registry.js')
    const { call } = await testServer({ models: [affine.bytes] })
    const data = encodeFunctionData({
      abi: inferenceAbi,
      functionName: 'infer',
      args: [affine.id, [parseEther('2')]],
    })
    const [block] = await call<Answer[]>('eth_simulateV1', {
      blockStateCalls: [{ calls: [{ to: inferenceAddress, data }] }],
    })
    expect(BigInt(`0x${block?.calls[0]?.returnData.slice(-64)}`)).toBe(parseEther('5'))
  })

  const base = { from: alice, to: bob }
  const priced = { ...base, maxFeePerGas: '0x3b9aca00', gas: '0x5208' }
  const rich = { stateOverrides: { [alice]: { balance: '0xde0b6b3a7640000', nonce: '0x5' } } }
  const cases: [string, object[], object, number, RegExp][] = [
    [
      'a nonce that has passed',
      [{ ...rich, calls: [{ ...priced, nonce: '0x4' }] }],
      { validation: true },
      -38010,
      /nonce too low/,
    ],
    [
      'a nonce to come',
      [{ ...rich, calls: [{ ...priced, nonce: '0x6' }] }],
      { validation: true },
      -38011,
      /nonce too high/,
    ],
    [
      'a fee below the base fee',
      [{ ...rich, calls: [base] }],
      { validation: true },
      -38012,
      /less than block base fee/,
    ],
    ['too little gas', [{ calls: [{ ...base, gas: '0x1' }] }], {}, -38013, /intrinsic gas too low/],
    ['missing funds', [{ calls: [send(alice, bob)] }], {}, -38014, /insufficient funds/],
    [
      'more gas than a block has',
      [{ calls: [{ ...base, gas: '0xffffffff' }] }],
      {},
      -38015,
      /block gas limit reached/,
    ],
    [
      'a number that goes back',
      [{ blockOverrides: { number: '0x0' } }],
      {},
      -38020,
      /numbers must be in order/,
    ],
    [
      'a time that goes back',
      [{ blockOverrides: { time: '0x1' } }],
      {},
      -38021,
      /timestamps must be in order/,
    ],
    ['too many blocks', [{ blockOverrides: { number: '0x1000' } }], {}, -38026, /too many blocks/],
    [
      'a move of no precompile',
      [{ stateOverrides: { [alice]: { movePrecompileToAddress: bob } } }],
      {},
      -32000,
      /is not a precompile/,
    ],
    ['no block', [], {}, -32602, /at least one of blockStateCalls/],
    ['an unknown field', [{ blockOverrides: { colour: '0x1' } }], {}, -32602, /blockOverrides/],
  ]

  test.each(cases)('error: %s', async (_, blocks, options, code, message) => {
    const { refuse } = await simulator()
    const failure = await refuse(blocks, options)
    expect(failure.code).toBe(code)
    expect(failure.message).toMatch(message)
  })
})
