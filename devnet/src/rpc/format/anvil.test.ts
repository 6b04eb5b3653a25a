import { describe, expect, test } from 'vitest'
import { startAnvil } from '../testing/anvil.js'
import { type rpcClient, testServer } from '../testing/testServer.js'

type Client = Pick<ReturnType<typeof rpcClient>, 'call' | 'failure'>

/** Names and the kind of every value, through all levels: what a client's decoder depends on. */
function shapeOf(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(shapeOf)
  if (typeof value === 'string') return /^0x/.test(value) ? 'hex' : 'string'
  if (typeof value !== 'object' || value === null) return value === null ? null : typeof value
  return Object.fromEntries(
    Object.entries(value)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, entry]) => [name, shapeOf(entry)]),
  )
}

/**
 * Fields that Anvil adds to blocks and receipts and that execution-apis does not have. No client reads them there, and
 * those that check answers against the specification refuse them.
 */
function withoutOwnFields(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutOwnFields)
  if (typeof value !== 'object' || value === null) return value
  const isReceipt = 'cumulativeGasUsed' in value
  const hasBlobs = 'blobGasUsed' in value
  const own = isReceipt ? ['blockTimestamp', ...(hasBlobs ? [] : ['blobGasPrice'])] : []
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name]) => name !== 'totalDifficulty' && !own.includes(name))
      .map(([name, entry]) => [name, withoutOwnFields(entry)]),
  )
}

const from = '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266'
const to = '0x70997970c51812dc3a010c7d01b50e0d17dc79c8'
const key = `0x${'1'.padStart(64, '0')}`
/** Writes a log with two topics from its constructor. */
const logging = '0x60aa60005260bb60cc60206000a200'

const scenario = {
  legacy: { from, to, gasPrice: '0x77359400' },
  accessList: {
    from,
    to,
    gasPrice: '0x77359400',
    accessList: [{ address: to, storageKeys: [key] }],
  },
  feeMarket: { from, to, value: '0x5' },
  creation: { from, data: logging },
}

/** Sends every kind of transaction, and gives what the node tells of each. */
async function play({ call }: Client) {
  const receipts: [string, { transactionHash: string }][] = []
  for (const [name, request] of Object.entries(scenario)) {
    receipts.push([name, await call('eth_sendTransactionSync', request)])
  }
  const told = {
    block: await call('eth_getBlockByNumber', 'latest', true),
    blockOfHashes: await call('eth_getBlockByNumber', '0x1', false),
    genesis: await call('eth_getBlockByNumber', '0x0', true),
    logs: await call('eth_getLogs', { fromBlock: '0x0' }),
    fees: await call('eth_feeHistory', '0x2', 'latest', [10, 50]),
    account: await call('eth_getAccount', from, 'latest'),
    accountInfo: await call('eth_getAccountInfo', from, 'latest'),
    info: await call('anvil_nodeInfo'),
    pool: await call('txpool_content'),
    filled: await call('eth_fillTransaction', { from, to }),
    accessList: await call('eth_createAccessList', { from, to }, 'latest'),
    snapshot: await call('evm_snapshot'),
    revert: await call('evm_revert', '0x0'),
    mined: await call('evm_mine'),
    increased: await call('evm_increaseTime', 10),
    storageSet: await call('anvil_setStorageAt', to, '0x0', key),
  }
  // Anvil tells of a transaction as one that waits for a moment after its receipt.
  const sent: Record<string, unknown> = {}
  for (const [name, receipt] of receipts) {
    const transaction = await call('eth_getTransactionByHash', receipt.transactionHash)
    const raw = await call('eth_getRawTransactionByHash', receipt.transactionHash)
    sent[name] = { receipt, transaction, raw }
  }
  return { ...sent, ...told }
}

describe('answers beside those of a real Anvil', () => {
  test('have the same shape, and the same values where the chain does not decide them', async () => {
    const [anvil, lockstep] = [await play(await startAnvil()), await play(await testServer())]
    expect(shapeOf(lockstep)).toEqual(shapeOf(withoutOwnFields(anvil)))
    for (const name of ['info', 'account', 'accessList', 'snapshot', 'revert', 'mined'] as const) {
      expect(override(lockstep[name], decided)).toEqual(override(anvil[name], decided))
    }
  })

  const reverting = (data: string) => code(data)
  const errorCases: [string, string, unknown[], string?][] = [
    ['a reason', 'eth_call', [{ to }, 'latest'], reverting(errorData('no'))],
    ['a reason, estimated', 'eth_estimateGas', [{ to }], reverting(errorData('no'))],
    ['a panic', 'eth_call', [{ to }, 'latest'], reverting(`4e487b71${'11'.padStart(64, '0')}`)],
    ['no reason', 'eth_call', [{ to }, 'latest'], '0x60006000fd'],
    ['endless gas', 'eth_call', [{ to, gas: '0x10000' }, 'latest'], '0x5b600056'],
    ['a stack underflow', 'eth_call', [{ to }, 'latest'], '0x50'],
    ['a wrong jump', 'eth_call', [{ to }, 'latest'], '0x600056'],
    ['an unknown sender', 'eth_sendTransaction', [{ from: to.replace('7', '8'), to }]],
    ['a signature of an unknown account', 'eth_sign', [`0x${'12'.repeat(20)}`, '0x12']],
    ['empty raw bytes', 'eth_sendRawTransaction', ['0x']],
    ['a height beyond the head', 'eth_getBalance', [to, '0x99']],
    ['an unknown filter', 'eth_getFilterChanges', ['0x99']],
    ['a minimum gas price beside a base fee', 'anvil_setMinGasPrice', ['0x1']],
  ]

  test('are the same errors, word for word', async () => {
    const [anvil, lockstep] = [await startAnvil(), await testServer()]
    for (const [name, method, params, deployed] of errorCases) {
      const told = []
      for (const client of [anvil, lockstep]) {
        if (deployed) await client.call('anvil_setCode', to, deployed)
        const { code, message, data } = await client.failure(method, ...params)
        told.push({ name, code, message, ...(deployed && { data }) })
      }
      expect(told[1]).toEqual(told[0])
    }
  })

  test('are the same codes, and messages that begin alike and then give the values', async () => {
    const [anvil, lockstep] = [await startAnvil(), await testServer()]
    const cases: [string, unknown[]][] = [
      ['eth_sendTransaction', [{ from, to, value: `0x${'f'.repeat(30)}` }]],
      ['eth_sendTransaction', [{ from, to, gas: '0x10' }]],
      ['eth_sendTransaction', [{ from, to, gas: '0xffffffffff' }]],
      ['eth_sendTransaction', [{ from, to, gasPrice: '0x1' }]],
      ['eth_sendRawTransaction', ['0x1234']],
      ['eth_getBalance', [to, { blockHash: key }]],
      ['eth_nothing', []],
    ]
    for (const [method, params] of cases) {
      const [theirs, ours] = [
        await anvil.failure(method, ...params),
        await lockstep.failure(method, ...params),
      ]
      expect(ours.code).toBe(theirs.code)
      expect(ours.message.startsWith(theirs.message), `${ours.message} / ${theirs.message}`).toBe(
        true,
      )
    }
  })
})

/** Genesis holds other accounts here, and the clocks differ: hashes, fees and times follow from them. */
const decided = {
  currentBlockHash: '',
  currentBlockTimestamp: 0,
  environment: {},
  balance: '',
}

function override(value: unknown, fields: object): unknown {
  if (typeof value !== 'object' || value === null) return value
  const changed = Object.entries(fields).filter(([name]) => name in value)
  return { ...value, ...Object.fromEntries(changed) }
}

function errorData(reason: string): string {
  const text = Buffer.from(reason).toString('hex').padEnd(64, '0')
  const length = reason.length.toString(16).padStart(64, '0')
  return `08c379a0${'20'.padStart(64, '0')}${length}${text}`
}

/** Code that reverts with this data. */
function code(data: string): string {
  const words = data.match(/.{1,64}/g) ?? []
  const stores = words.map((word, index) => {
    const offset = (32 * index).toString(16).padStart(2, '0')
    return `7f${word.padEnd(64, '0')}60${offset}52`
  })
  return `0x${stores.join('')}60${(data.length / 2).toString(16).padStart(2, '0')}6000fd`
}
