import { concat, encodeAbiParameters, type Hex, keccak256, parseEther, toHex } from 'viem'
import { mnemonicToAccount } from 'viem/accounts'
import { describe, expect, test } from 'vitest'
import { defaultMnemonic } from '../node/accounts.js'
import { startAnvil } from './testing/anvil.js'
import { compileCorpus } from './testing/differential/compile.js'
import { Pair } from './testing/differential/play.js'
import { testServer } from './testing/testServer.js'

const contracts = compileCorpus()
const account = (addressIndex: number) => mnemonicToAccount(defaultMnemonic, { addressIndex })
const [alice, bob, carol] = [account(0), account(1), account(2)]

async function startPair(): Promise<Pair> {
  const [ours, theirs] = await Promise.all([testServer(), startAnvil()])
  return new Pair(ours, theirs, contracts)
}

/** Numbers below a bound, the same in every run (mulberry32). */
function seeded(seed: number): (below: number) => number {
  let state = seed
  return (below) => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32) * below)
  }
}

/** Slots in which the contracts of the corpus keep things: plain ones, and those of mappings. */
const slots: readonly Hex[] = Array.from({ length: 8 }, (_, base) => {
  const word = (value: bigint) => toHex(value, { size: 32 })
  const keys = [...Array(31).keys()].map(BigInt)
  const holders = [alice, bob, carol].map(({ address }) => BigInt(address))
  const mapped = [...keys, ...holders].map((key) =>
    keccak256(concat([word(key), word(BigInt(base))])),
  )
  return [word(BigInt(base)), ...mapped]
}).flat()

/** Accounts as both hold them: balance, nonce, code and storage. */
async function compareAccounts(pair: Pair, addresses: readonly Hex[]): Promise<void> {
  for (const address of addresses) {
    await pair.ask(`account ${address}`, 'eth_getAccountInfo', address, 'latest')
    await pair.ask(`storage of ${address}`, 'eth_getStorageValues', { [address]: slots }, 'latest')
  }
}

/** The same with the roots of their storage, where no slot was cleared. */
async function compareRoots(pair: Pair, addresses: readonly Hex[]): Promise<void> {
  for (const address of addresses) {
    await pair.ask(`account ${address}`, 'eth_getAccount', address, 'latest')
  }
}

describe('beside a real Anvil, the same transactions have the same receipts and leave the same accounts', () => {
  test('OpenZeppelin: tokens, votes, roles, a proxy, signatures', async () => {
    const pair = await startPair()
    const token = await pair.deploy(alice, 'Token')
    const collectible = await pair.deploy(alice, 'Collectible')
    const items = await pair.deploy(alice, 'Items')
    const code = await pair.deploy(alice, 'Vault')
    const initialize = pair.data('Vault', 'initialize', [alice.address])
    const vault = await pair.deploy(alice, 'Proxy', [code, initialize])
    const call = (contract: string, to: Hex, name: string, args: unknown[], from = alice) =>
      pair.send(`${contract}.${name}`, from, { to, data: pair.data(contract, name, args) })

    await call('Token', token, 'mint', [alice.address, parseEther('100')])
    await call('Token', token, 'delegate', [bob.address])
    await call('Token', token, 'transfer', [carol.address, parseEther('1')])
    await call('Token', token, 'transfer', [carol.address, parseEther('1000')])
    await call('Token', token, 'approve', [bob.address, parseEther('5')])
    await call('Token', token, 'transferFrom', [alice.address, bob.address, parseEther('4')], bob)
    await call('Token', token, 'transferFrom', [alice.address, bob.address, parseEther('4')], bob)
    await call('Token', token, 'burn', [parseEther('2')])
    await call('Collectible', collectible, 'mint', [7n])
    await call('Collectible', collectible, 'mint', [7n])
    await call('Collectible', collectible, 'transferFrom', [alice.address, bob.address, 7n])
    await call('Collectible', collectible, 'approve', [carol.address, 7n], bob)
    await call('Items', items, 'mint', [
      [1n, 2n, 3n],
      [10n, 20n, 30n],
    ])
    const batch = [alice.address, bob.address, [1n, 3n], [4n, 40n], '0x']
    await call('Items', items, 'safeBatchTransferFrom', batch)
    await call('Items', items, 'safeTransferFrom', [alice.address, token, 1n, 1n, '0x'])
    await call('Vault', vault, 'initialize', [bob.address], bob)
    await call('Vault', vault, 'add', [1n], bob)
    await call('Vault', vault, 'grantRole', [`0x${'00'.repeat(32)}`, carol.address])
    const keeper = keccak256(toHex('KEEPER'))
    await call('Vault', vault, 'grantRole', [keeper, bob.address], carol)
    await call('Vault', vault, 'add', [500n], bob)
    await call('Vault', vault, 'add', [5_000n], bob)
    const text = toHex('signed')
    const signature = await bob.signMessage({ message: { raw: text } })
    for (const given of [signature, `${signature.slice(0, -2)}1d`, '0x12']) {
      const data = pair.data('Vault', 'signer', [text, given])
      await pair.ask('ECDSA.recover', 'eth_call', { to: vault, data }, 'latest')
    }
    for (const name of ['totalSupply', 'name', 'clock']) {
      await pair.ask(name, 'eth_call', { to: token, data: pair.data('Token', name) }, 'latest')
    }
    const votes = pair.data('Token', 'getVotes', [bob.address])
    await pair.ask('getVotes', 'eth_call', { to: token, data: votes }, 'latest')
    await pair.ask('logs', 'eth_getStorageAt', token, '0x2', 'latest')
    const all = [token, collectible, items, code, vault, alice.address, bob.address, carol.address]
    await compareAccounts(pair, all)
    expect(pair.differences).toEqual([])
    expect(pair.compared).toBeGreaterThan(35)
  })

  test('creation, destruction, transient storage, refunds, memory, precompiles', async () => {
    const pair = await startPair()
    const machine = await pair.deploy(alice, 'Machine')
    const call = (name: string, args: unknown[], fields: object = {}) =>
      pair.send(`${name}(${args})`, alice, {
        to: machine,
        data: pair.data('Machine', name, args),
        ...fields,
      })
    await pair.send('ether', alice, { to: machine, value: 5n })
    await call('make', [1n, 7n], { value: 3n })
    await call('make', [1n, 7n])
    await call('make', [2n, 13n])
    await call('flash', [3n, carol.address], { value: 9n })
    await call('flash', [3n, carol.address], { value: 9n })
    await call('transient_', [5n, 99n])
    await call('transient_', [5n, 0n])
    await call('fill', [20n, 1n])
    await call('fill', [20n, 1n])
    await call('refund', [30n])
    await call('copy', [3_000n])
    await call('precompiles', ['0x'])
    await call('precompiles', [`0x${'00'.repeat(31)}01${'00'.repeat(31)}02${'00'.repeat(64)}`])
    for (const at of [machine, alice.address, `0x${'99'.repeat(20)}`]) await call('look', [at])
    await call('look', [machine], { gas: 60_000n })
    await compareAccounts(pair, [machine, alice.address, carol.address])
    expect(pair.differences).toEqual([])
    expect(pair.compared).toBeGreaterThan(20)
  })

  test('failures of every kind, mined and called', async () => {
    const pair = await startPair()
    const machine = await pair.deploy(alice, 'Machine')
    for (let kind = 0n; kind <= 11n; kind++) {
      const data = pair.data('Machine', 'fail', [kind])
      await pair.send(`fail(${kind})`, alice, { to: machine, data, gas: 300_000n })
      const request = { from: alice.address, to: machine, data, gas: '0x493e0' }
      await pair.ask(`call fail(${kind})`, 'eth_call', request, 'latest')
    }
    await pair.send('no function', alice, { to: machine, data: '0x12345678' })
    await pair.send('bad initcode', alice, { data: '0xfe' })
    await pair.send('code that begins with ef', alice, { data: '0x60ef60005360016000f3' })
    await pair.send('large code', alice, { data: '0x6160016000f3' })
    await compareAccounts(pair, [machine, alice.address])
    expect(pair.differences).toEqual([])
  })

  test('every type of transaction, and delegations', async () => {
    const pair = await startPair()
    const machine = await pair.deploy(alice, 'Machine')
    const accessList = [{ address: machine, storageKeys: [`0x${'00'.repeat(32)}` as const] }]
    const fill = { to: machine, data: pair.data('Machine', 'fill', [1n, 5n]) }
    const gasPrice = 50_000_000_000n
    const plain = { maxFeePerGas: undefined, maxPriorityFeePerGas: undefined, gasPrice }
    await pair.send('legacy', alice, { ...fill, ...plain, type: 'legacy' })
    await pair.send('access list', alice, { ...fill, ...plain, type: 'eip2930', accessList })
    await pair.send('fee market', alice, { ...fill, accessList })
    const authorize = (contractAddress: Hex, nonce: number, chainId = 31_337) =>
      bob.signAuthorization?.({ contractAddress, nonce, chainId })
    const delegated = async (authorization: unknown, data: Hex = '0x') =>
      pair.send('delegation', alice, {
        type: 'eip7702',
        to: bob.address,
        data,
        authorizationList: [authorization],
      } as never)
    await delegated(await authorize(machine, 0), pair.data('Machine', 'fill', [2n, 9n]))
    await delegated(await authorize(machine, 0), pair.data('Machine', 'look', [bob.address]))
    await delegated(await authorize(machine, 1, 5), pair.data('Machine', 'fail', [1n]))
    await delegated(await authorize(`0x${'00'.repeat(20)}`, 1, 0))
    await delegated(await authorize(bob.address, 2))
    await pair.ask('code', 'eth_getCode', bob.address, 'latest')
    await compareRoots(pair, [machine, alice.address, bob.address])
    expect(pair.differences).toEqual([])
  })

  test('random transactions', async () => {
    const pair = await startPair()
    const random = seeded(20_261_127)
    const machine = await pair.deploy(alice, 'Machine')
    const token = await pair.deploy(alice, 'Token')
    const accounts = [alice, bob, carol]
    const one = <T>(list: readonly T[]) => list[random(list.length)] as T
    const kinds: (() => [Hex, Hex])[] = [
      () => [token, pair.data('Token', 'mint', [one(accounts).address, BigInt(random(1_000))])],
      () => [token, pair.data('Token', 'transfer', [one(accounts).address, BigInt(random(900))])],
      () => [token, pair.data('Token', 'delegate', [one(accounts).address])],
      () => [token, pair.data('Token', 'approve', [one(accounts).address, BigInt(random(500))])],
      () => [machine, pair.data('Machine', 'fill', [BigInt(random(6)), BigInt(random(3))])],
      () => [machine, pair.data('Machine', 'refund', [BigInt(random(8))])],
      () => [machine, pair.data('Machine', 'make', [BigInt(random(4)), BigInt(random(16))])],
      () => [machine, pair.data('Machine', 'fail', [BigInt(random(6))])],
      () => [
        one(accounts).address,
        encodeAbiParameters([{ type: 'uint256' }], [BigInt(random(99))]),
      ],
    ]
    for (let count = 0; count < 60; count++) {
      const [to, data] = one(kinds)()
      const value = to === machine || to === token ? 0n : BigInt(random(1_000))
      const fields = { to, data, value, gas: BigInt(60_000 + random(200_000)) }
      await pair.send(`random ${count}`, one(accounts), fields)
    }
    await compareAccounts(pair, [machine, token, ...accounts.map(({ address }) => address)])
    expect(pair.differences).toEqual([])
  })
})
