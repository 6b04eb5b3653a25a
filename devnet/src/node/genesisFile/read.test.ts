import { describe, expect, test } from 'vitest'
import { hardforks } from '../common.js'
import { inferenceAddress, registryAddress } from '../registry.js'
import { affine } from '../testing/models.js'
import { account, mined, testNode } from '../testing/testNode.js'
import { readGenesis } from './read.js'

const config = {
  chainId: 1337,
  ...Object.fromEntries(
    ['homestead', 'eip150', 'eip155', 'eip158', 'byzantium', 'constantinople', 'petersburg']
      .concat(['istanbul', 'berlin', 'london'])
      .map((name) => [`${name}Block`, 0]),
  ),
  terminalTotalDifficulty: 0,
  shanghaiTime: 0,
  cancunTime: 0,
}
const holder = '71562b71999873db5b286df957af199ec94617f7'
const genesis = {
  config,
  difficulty: '0x1',
  gasLimit: '0x1c9c380',
  alloc: { [holder]: { balance: '0x3635c9adc5dea00000' } },
}

describe('a genesis.json', () => {
  test.each(hardforks)(
    'that this node writes gives the same first block on %s',
    async (hardfork) => {
      const origin = await testNode({ hardfork, chainId: 7, models: [affine.bytes] })
      const node = await testNode({ genesis: JSON.parse(JSON.stringify(origin.genesisJson())) })
      expect(node.head.hash).toBe(origin.head.hash)
      expect(node.chainId).toBe(7)
      expect(node.genesisJson().config).toEqual(origin.genesisJson().config)
      expect(node.common.hardfork()).toBe(hardfork)
    },
  )

  test('of another client starts a chain with nothing on it but what it lists', async () => {
    const node = await testNode({ genesis })
    const state = await node.state('latest')
    expect((await state.account(`0x${holder}`))?.balance).toBe(1_000n * 10n ** 18n)
    for (const address of [inferenceAddress, registryAddress, account(node, 0).address] as const) {
      expect(await state.account(address)).toBeUndefined()
    }
    await expect(node.callPrecompile(new Uint8Array(4), 1_000n, 'latest')).rejects.toThrow(
      'This chain knows no inference',
    )
    const called = await node.call({ to: inferenceAddress, data: '0x12345678' }, 'latest')
    expect(called).toMatchObject({ success: true, returnData: '0x' })
    await expect(testNode({ genesis, models: [affine.bytes] })).rejects.toThrow('no inference')
  })

  test('lets its hardforks come at their block and time', async () => {
    const node = await testNode({
      genesis: {
        ...genesis,
        timestamp: '0x64',
        config: { ...config, cancunTime: 200, pragueTime: 300 },
      },
    })
    await node.setBalance(account(node, 0).address, 10n ** 20n)
    const rulesAt = async (timestamp: bigint) => {
      node.setNextBlockTimestamp(timestamp)
      await mined(node, { to: `0x${'77'.repeat(20)}`, value: 1n })
      return node.head.block.common.hardfork()
    }
    expect(await rulesAt(199n)).toBe('shanghai')
    expect(node.head.block.header.excessBlobGas).toBeUndefined()
    expect(await rulesAt(200n)).toBe('cancun')
    expect(node.head.block.header.excessBlobGas).toBe(0n)
    expect(await rulesAt(300n)).toBe('prague')
    expect(node.head.block.header.requestsHash).toHaveLength(32)
  })

  test('sets how many blobs a block holds', async () => {
    const blobSchedule = { cancun: { target: 1, max: 2, baseFeeUpdateFraction: 1_000_000 } }
    const node = await testNode({ genesis: { ...genesis, config: { ...config, blobSchedule } } })
    expect(node.common.getBlobGasSchedule()).toEqual({
      targetBlobGasPerBlock: 131_072n,
      maxBlobGasPerBlock: 262_144n,
      blobGasPriceUpdateFraction: 1_000_000n,
    })
  })

  test('without a hardfork follows the one that the node is told', async () => {
    const bare = { ...genesis, config: { chainId: 5 } }
    expect((await testNode({ genesis: bare })).common.hardfork()).toBe('prague')
    const osaka = await testNode({ genesis: bare, hardfork: 'osaka' })
    expect(osaka.common.hardfork()).toBe('osaka')
  })

  test('of mined blocks is not mined on, and says why', async () => {
    const ethash = {
      ...config,
      terminalTotalDifficulty: 100_000,
      shanghaiTime: null,
      cancunTime: null,
    }
    const node = await testNode({ genesis: { ...genesis, config: ethash } })
    await expect(node.mine()).rejects.toThrow(
      /Block 1 follows the rules of london: it would be mined/,
    )
  })
})

describe('error: a genesis.json', () => {
  const without = (name: string) => ({ ...genesis, [name]: undefined })
  const refused: [string, unknown, RegExp][] = [
    ['that is a list', [], /the file must be an object/],
    ['without config', without('config'), /config must be an object, got nothing/],
    ['without accounts', without('alloc'), /alloc must be an object/],
    ['without a gas limit', without('gasLimit'), /gasLimit must be a whole number/],
    ['with a negative number', { ...genesis, number: -1 }, /number must be a whole number.*got -1/],
    ['with a fraction', { ...genesis, timestamp: 1.5 }, /timestamp must be .* got 1.5/],
    ['with absurd digits', { ...genesis, gasLimit: `0x${'f'.repeat(1e6)}` }, /gasLimit must .*…/],
    ['with half a byte', { ...genesis, extraData: '0x1' }, /extraData must be hex of whole bytes/],
    [
      'with a short address',
      { ...genesis, alloc: { '0x12': {} } },
      /alloc\["0x12"\] must be hex of 20/,
    ],
    [
      'with an account twice',
      { ...genesis, alloc: { [holder]: {}, [`0x${holder}`]: {} } },
      /alloc\["0x7156.*must be listed once/,
    ],
    [
      'with a balance beyond 256 bits',
      { ...genesis, alloc: { [holder]: { balance: `0x1${'0'.repeat(64)}` } } },
      /balance must be a whole number of at most 256 bits/,
    ],
    [
      'with storage that is no word',
      { ...genesis, alloc: { [holder]: { storage: { '0x0': 'zz' } } } },
      /storage\["0x0"\] must be/,
    ],
    [
      'of signers',
      { ...genesis, config: { ...config, clique: { period: 1 } } },
      /clique must be left out/,
    ],
    [
      'without a chain id',
      { ...genesis, config: { ...config, chainId: null } },
      /config.chainId must/,
    ],
    [
      'that leaves a hardfork out',
      { ...genesis, config: { ...config, shanghaiTime: null } },
      /config.shanghaiTime must be given/,
    ],
    [
      'whose hardforks come in another order',
      { ...genesis, config: { ...config, shanghaiTime: 5, cancunTime: 4 } },
      /the start of cancun must be 5, where shanghai starts, or later, got 4/,
    ],
    [
      'of blobs without a limit',
      { ...genesis, config: { ...config, blobSchedule: { cancun: { target: 1 } } } },
      /blobSchedule.cancun.max must be/,
    ],
    [
      'of blobs of an unknown hardfork',
      { ...genesis, config: { ...config, blobSchedule: { tomorrow: {} } } },
      /blobSchedule.tomorrow must be of one of cancun/,
    ],
    [
      'of another kind of inference',
      { ...genesis, config: { ...config, lockstep: {} } },
      /lockstep.pinnedRuntime/,
    ],
  ]

  test.each(refused)('%s', (_, value, message) => {
    expect(() => readGenesis(value)).toThrow(message)
  })

  test('of a runtime that this node does not have, naming both', async () => {
    const origin = await testNode()
    const written = origin.genesisJson() as { config: { lockstep: { pinnedRuntime: object } } }
    const { lockstep } = written.config
    const changed = (change: object) => ({
      ...written,
      config: { ...written.config, lockstep: { ...lockstep, ...change } },
    })
    await expect(testNode({ genesis: changed({ schedule: '999' }) })).rejects.toThrow(
      /config.lockstep.schedule is "999"; this version of lockstep has/,
    )
    const pinnedRuntime = { ...lockstep.pinnedRuntime, version: '0.0.1' }
    await expect(testNode({ genesis: changed({ pinnedRuntime }) })).rejects.toThrow(
      /pinnedRuntime.version is "0.0.1"/,
    )
  })
})
