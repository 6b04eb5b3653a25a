import {
  ContractFunctionExecutionError,
  createWalletClient,
  custom,
  getAddress,
  type Hex,
  http,
  numberToHex,
  parseEther,
  parseGwei,
  publicActions,
  type TransactionReceipt,
} from 'viem'
import { beforeEach, describe, expect, expectTypeOf, test } from 'vitest'
import { inferenceAddress } from '../addresses.js'
import { lockstep } from '../chains.js'
import { inferenceActions } from '../decorators/inference.js'
import { AbiMismatchError } from '../errors/abi.js'
import { AbortedError } from '../errors/abort.js'
import { WrongChainError } from '../errors/chain.js'
import { SourceFailedError } from '../errors/feed.js'
import {
  DeadlinePassedError,
  PriceMovedError,
  StaleBlockError,
  StalePriceError,
  StaleTimeError,
} from '../errors/staleness.js'
import type { Observation } from '../observation.js'
import { account } from '../testing/client.js'
import { useDevnet } from '../testing/devnet.js'
import {
  deployMarket,
  type Market,
  quoteArgs,
  quoterAbi,
  signer,
  sourceAbi,
} from '../testing/market.js'
import { ids, models } from '../testing/models.js'
import { AccountMissingError, ObservationMissingError } from '../write/attempt.js'
import { TransactionRevertedError } from '../write/outcome.js'
import type { TracedInference } from './traceInferences.js'
import { writeContractSync } from './writeContractSync.js'

const chain = useDevnet({ models })

let market: Market
let quote: {
  address: Hex
  abi: typeof quoterAbi
  functionName: 'quote'
  args: typeof quoteArgs
  observe: Hex
}

/** A client that signs itself. */
function signing() {
  const transport = http(chain.devnet.url, { retryCount: 0 })
  return createWalletClient({ account: signer, chain: lockstep, transport, pollingInterval: 20 })
    .extend(publicActions)
    .extend(inferenceActions())
}

async function push(answer: bigint): Promise<void> {
  const { timestamp } = await chain.client.getBlock()
  await chain.client.inference.writeContractSync({
    address: market.source,
    abi: sourceAbi,
    functionName: 'push',
    args: [answer, timestamp],
  })
}

/** As Anvil's methods are called: viem knows them on its test client alone. */
async function control(method: string, ...params: unknown[]): Promise<void> {
  await chain.client.request({ method, params } as never)
}

/** The chain's clock runs ahead of the wall's where many blocks share a second: hence no evm_increaseTime. */
async function warp(seconds: bigint): Promise<void> {
  const { timestamp } = await chain.client.getBlock()
  await control('evm_setNextBlockTimestamp', numberToHex(timestamp + seconds))
  await control('evm_mine')
}

const nonce = () => chain.client.getTransactionCount({ address: account })

/** The next transaction that enters the pool. */
function nextPending(): Promise<Hex> {
  return new Promise((resolve) => {
    const stop = chain.client.watchPendingTransactions({
      onTransactions: ([hash]) => {
        stop()
        if (hash) resolve(hash)
      },
    })
  })
}

/** Starts a write, and lets a transaction that pays more move the price in the block that takes it. */
async function overtaken<T>(start: () => Promise<T>): Promise<T> {
  await control('evm_setAutomine', false)
  const sent = nextPending()
  const write = start()
  write.catch(() => undefined)
  await sent
  const { timestamp } = await chain.client.getBlock()
  const [, other] = await chain.client.getAddresses()
  await chain.client.writeContract({
    account: other as Hex,
    address: market.source,
    abi: sourceAbi,
    functionName: 'push',
    args: [2500_00000000n, timestamp],
    maxFeePerGas: parseGwei('100'),
    maxPriorityFeePerGas: parseGwei('50'),
  })
  await control('evm_setAutomine', true)
  await control('evm_mine')
  return write
}

beforeEach(async () => {
  market ??= await deployMarket(chain.client)
  await push(2000_00000000n)
  const { quoter: address, feed: observe } = market
  quote = { address, abi: quoterAbi, functionName: 'quote', args: quoteArgs, observe }
})

describe('writeContractSync', () => {
  test.each(['signs itself', 'asks the node to sign'])(
    'default: one object with all that came of it, where the client %s',
    async (name) => {
      const client = name === 'signs itself' ? signing() : chain.client
      const outcome = await client.inference.writeContractSync(quote)
      const { hash, receipt, result, events, inferences, observation, refreshes } = outcome
      expect(receipt).toMatchObject({ status: 'success', transactionHash: hash })
      expect(result).toBe(parseEther('4000'))
      const args = { by: account, price: parseEther('2000'), answer: parseEther('4000') }
      expect(events).toMatchObject([{ eventName: 'Quoted', args }])
      expect(inferences).toEqual([
        {
          method: 'infer',
          model: ids.double,
          input: [parseEther('2000')],
          output: [parseEther('4000')],
          gasUsed: expect.any(BigInt),
          caller: market.quoter.toLowerCase(),
          error: undefined,
        },
      ])
      expect(observation).toMatchObject({ value: 2000_00000000n, decimals: 8 })
      expect(refreshes).toBe(0)
    },
  )

  test('behavior: the types follow the ABI', () => {
    const write = () => writeContractSync(chain.client, quote)
    type Outcome = Awaited<ReturnType<typeof write>>
    expectTypeOf<Outcome['result']>().toEqualTypeOf<bigint | undefined>()
    expectTypeOf<Outcome['inferences']>().toEqualTypeOf<readonly TracedInference[]>()
    expectTypeOf<Outcome['receipt']>().toEqualTypeOf<TransactionReceipt>()
    expectTypeOf<Outcome['events'][number]['eventName']>().toEqualTypeOf<'Quoted'>()
    expectTypeOf<Outcome['events'][number]['args']['answer']>().toEqualTypeOf<bigint>()
    const { address, abi } = quote
    // @ts-expect-error: `quote` takes arguments
    const lacking = () => writeContractSync(chain.client, { address, abi, functionName: 'quote' })
    // @ts-expect-error: a view function needs no transaction
    const reading = () => writeContractSync(chain.client, { address, abi, functionName: 'last' })
    const wrong = () =>
      // @ts-expect-error: `set` takes an integer
      writeContractSync(chain.client, { address, abi, functionName: 'set', args: ['1'] })
    expect([lacking, reading, wrong]).toHaveLength(3)
  })

  test('behavior: nothing to observe, and no arguments', async () => {
    const { address, abi } = quote
    const call = { address, abi, functionName: 'quoteNow' } as const
    const { result, observation } = await chain.client.inference.writeContractSync(call)
    expect(result).toBe(parseEther('4000'))
    expect(observation).toBeUndefined()
  })

  test('behavior: writes of one account that overlap take nonces one after another', async () => {
    const { address, abi } = quote
    const first = await nonce()
    const client = signing()
    const set = (value: bigint) =>
      client.inference.writeContractSync({ address, abi, functionName: 'set', args: [value] })
    const outcomes = await Promise.all([1n, 2n, 3n, 4n, 5n].map(set))
    expect(outcomes.map(({ result }) => result)).toEqual([2n, 3n, 4n, 5n, 6n])
    expect(await nonce()).toBe(first + 5)
  })

  test('behavior: a client that names no chain writes to the one that its node is on', async () => {
    const client = createWalletClient({ account, transport: http(chain.devnet.url) })
    const { address, abi } = quote
    const set = { address, abi, functionName: 'set', args: [3n] } as const
    const { result } = await client.extend(inferenceActions()).inference.writeContractSync(set)
    expect(result).toBe(4n)
  })

  test('behavior: asks three times in a row, five times in all', async () => {
    const asked: string[] = []
    const answered: string[] = []
    const inner = http(chain.devnet.url)({})
    const request = async ({ method, params }: { method: string; params?: unknown }) => {
      asked.push(`${method} after ${answered.length}`)
      const answer = await inner.request({ method, params } as never)
      answered.push(method)
      return answer
    }
    const client = createWalletClient({
      account: signer,
      chain: lockstep,
      transport: custom({ request }),
    }).extend(inferenceActions())
    const { address, abi } = quote
    const set = { address, abi, functionName: 'set', args: [7n] } as const
    await client.inference.writeContractSync(set)
    expect(asked).toEqual([
      'eth_chainId after 0',
      'eth_call after 0',
      'eth_fillTransaction after 0',
      'eth_sendRawTransactionSync after 3',
      'debug_traceTransaction after 4',
    ])
  })

  test('behavior: a nonce that another client took first is replaced by the next', async () => {
    let isFirst = true
    const inner = http(chain.devnet.url)({})
    const client = createWalletClient({
      account: signer,
      chain: lockstep,
      transport: custom({
        request: async ({ method, params }) => {
          const answer = await inner.request({ method, params } as never)
          if (method !== 'eth_fillTransaction' || !isFirst) return answer
          isFirst = false
          const { raw, tx } = answer as { raw: Hex; tx: object }
          return { raw, tx: { ...tx, nonce: '0x0' } }
        },
      }),
    }).extend(inferenceActions())
    const { receipt } = await client.inference.writeContractSync(quote)
    expect(receipt.status).toBe('success')
    expect(isFirst).toBe(false)
  })

  test('behavior: a node without eth_sendRawTransactionSync is asked once, then waited on', async () => {
    const asked: string[] = []
    const inner = http(chain.devnet.url)({})
    const client = createWalletClient({
      account: signer,
      chain: lockstep,
      pollingInterval: 20,
      transport: custom({
        request: ({ method, params }) => {
          asked.push(method)
          const isLacking = method === 'eth_sendRawTransactionSync'
          return inner.request({ method: isLacking ? 'eth_noSuchMethod' : method, params } as never)
        },
      }),
    }).extend(inferenceActions())
    for (let round = 0; round < 2; round++) {
      const { receipt } = await client.inference.writeContractSync(quote)
      expect(receipt.status).toBe('success')
    }
    expect(asked.filter((method) => method === 'eth_sendRawTransactionSync')).toHaveLength(1)
    expect(asked.filter((method) => method === 'eth_sendRawTransaction')).toHaveLength(2)
  })

  test('behavior: a method that the contract refuses with its own error stays viem’s to name', async () => {
    const { address, abi } = quote
    const call = chain.client.inference.writeContractSync({ address, abi, functionName: 'refuse' })
    await expect(call).rejects.toBeInstanceOf(ContractFunctionExecutionError)
    await expect(call).rejects.toThrow('NotToday')
  })
})

describe('staleness', () => {
  const observed = () => chain.client.inference.observeFeed({ feed: market.feed })

  test('error: a price that moved, before anything is sent', async () => {
    const observation = await observed()
    await push(2100_00000000n)
    const before = await nonce()
    const call = chain.client.inference.writeContractSync({ ...quote, observation })
    const error = await call.catch((reason) => reason)
    expect(error).toBeInstanceOf(PriceMovedError)
    expect(error).toMatchObject({
      observed: parseEther('2000'),
      current: parseEther('2100'),
      maxDeviationBps: 100n,
      movedBps: 500n,
    })
    expect(error.message).toMatchInlineSnapshot(`
      "The price moved from 2000 to 2100, by 500 bps; at most 100 bps are allowed.
      Observe the feed again and send the transaction anew, or let \`onStale\` do it."
    `)
    expect(await nonce()).toBe(before)
  })

  test('behavior: observes anew and goes on, when asked to', async () => {
    const observation = await observed()
    await push(2100_00000000n)
    const onStale = { refreshes: 1 }
    const outcome = await chain.client.inference.writeContractSync({
      ...quote,
      observation,
      onStale,
    })
    expect(outcome).toMatchObject({ result: parseEther('4200'), refreshes: 1 })
    expect(outcome.observation?.value).toBe(2100_00000000n)
  })

  test('behavior: asks before it goes on, and lets the error through on a no', async () => {
    const observation = await observed()
    await push(2100_00000000n)
    const heard: [string, bigint][] = []
    const accept = (error: Error, fresh: Observation) => {
      heard.push([error.name, fresh.value])
      return false
    }
    const onStale = { refreshes: 1, accept }
    const call = chain.client.inference.writeContractSync({ ...quote, observation, onStale })
    await expect(call).rejects.toBeInstanceOf(PriceMovedError)
    expect(heard).toEqual([['PriceMovedError', 2100_00000000n]])
  })

  test('behavior: gives up after as many refreshes as allowed', async () => {
    const old = await observed()
    await push(2100_00000000n)
    let looks = 0
    const observe = async () => {
      looks++
      return old
    }
    const call = chain.client.inference.writeContractSync({
      ...quote,
      observe,
      onStale: { refreshes: 2 },
    })
    await expect(call).rejects.toBeInstanceOf(PriceMovedError)
    expect(looks).toBe(3)
  })

  test('error: an observation that grew old', async () => {
    const observation = await observed()
    await warp(61n)
    const error = await chain.client.inference
      .writeContractSync({ ...quote, observation })
      .catch((reason) => reason)
    expect(error).toBeInstanceOf(StaleTimeError)
    expect(error.maxAgeSeconds).toBe(60n)
    expect(error.ageSeconds).toBe(error.timestamp - error.time)
    expect(error.ageSeconds).toBeGreaterThan(60n)
  })

  test('error: an observation of too many blocks ago', async () => {
    const observation = await observed()
    for (let block = 0; block < 6; block++) await control('evm_mine')
    const call = chain.client.inference.writeContractSync({ ...quote, observation })
    await expect(call).rejects.toMatchObject({ name: 'StaleBlockError', maxBlocks: 5n })
    await expect(call).rejects.toBeInstanceOf(StaleBlockError)
  })

  test('error: a deadline that passed', async () => {
    const { timestamp } = await chain.client.getBlock()
    const { address, abi, observe } = quote
    const call = chain.client.inference.writeContractSync({
      address,
      abi,
      observe,
      functionName: 'quoteBefore',
      args: (seen) => [timestamp - 10n, ...quoteArgs(seen)],
    })
    const error = await call.catch((reason) => reason)
    expect(error).toBeInstanceOf(DeadlinePassedError)
    expect(error.lateSeconds).toBeGreaterThanOrEqual(10n)
  })

  test('error: a feed that nobody updates, with its age', async () => {
    await warp(3_700n)
    const error = await chain.client.inference.writeContractSync(quote).catch((reason) => reason)
    expect(error).toBeInstanceOf(StalePriceError)
    expect(error).toMatchObject({ source: getAddress(market.source), maxAgeSeconds: 3_600n })
    expect(error.ageSeconds).toBeGreaterThanOrEqual(3_700n)
    const { address, abi } = quote
    const inside = { address, abi, functionName: 'quoteNow' } as const
    const read = await chain.client.inference.writeContractSync(inside).catch((reason) => reason)
    expect(read).toBeInstanceOf(StalePriceError)
    expect(read.ageSeconds).toBeGreaterThanOrEqual(3_700n)
  })

  test('error: the price moved between the simulation and the block', async () => {
    const client = signing()
    const error = await overtaken(() => client.inference.writeContractSync(quote)).catch((e) => e)
    expect(error).toBeInstanceOf(PriceMovedError)
    expect(error.cause).toBeInstanceOf(TransactionRevertedError)
    expect(error.cause.receipt.status).toBe('reverted')
  })

  test('behavior: a mined revert is observed anew and resent too, when asked to', async () => {
    const client = signing()
    const write = () => client.inference.writeContractSync({ ...quote, onStale: { refreshes: 1 } })
    const { result, refreshes } = await overtaken(write)
    expect({ result, refreshes }).toEqual({ result: parseEther('5000'), refreshes: 1 })
  })

  test('error: the caller’s own bounds, stricter than the contract’s', async () => {
    const observation = await observed()
    await push(2010_00000000n)
    const guarded = { ...quote, observation, guard: { maxDeviationBps: 10 } }
    const call = chain.client.inference.writeContractSync(guarded)
    await expect(call).rejects.toMatchObject({ name: 'PriceMovedError', maxDeviationBps: 10n })
    const aged = { ...quote, observation, guard: { maxAgeSeconds: 5 } }
    await warp(6n)
    const late = chain.client.inference.writeContractSync(aged)
    await expect(late).rejects.toMatchObject({ name: 'StaleTimeError', maxAgeSeconds: 5n })
    expect(await chain.client.inference.writeContractSync({ ...quote, observation })).toMatchObject(
      {
        result: parseEther('4000'),
      },
    )
  })

  test('error: arguments that need an observation, and none to be had', async () => {
    const { observe: _, ...blind } = quote
    const call = chain.client.inference.writeContractSync(blind)
    await expect(call).rejects.toBeInstanceOf(ObservationMissingError)
  })
})

describe('bad surroundings', () => {
  test('error: an address that is no feed', async () => {
    // No code, a contract that reverts, and one that answers something else.
    const word = `0x${'77'.repeat(20)}` as const
    await control('anvil_setCode', word, '0x60205ff3')
    for (const observe of [account, market.source, inferenceAddress, word] as const) {
      const call = chain.client.inference.writeContractSync({ ...quote, observe })
      await expect(call, observe).rejects.toBeInstanceOf(SourceFailedError)
    }
  })

  test('error: a node of another chain', async () => {
    const client = createWalletClient({
      account: signer,
      chain: { ...lockstep, id: 1 },
      transport: http(chain.devnet.url),
    })
    const error = await writeContractSync(client, quote).catch((reason) => reason)
    expect(error).toBeInstanceOf(WrongChainError)
    expect(error).toMatchObject({ expected: 1, actual: 31_337 })
  })

  test('error: no account', async () => {
    const client = createWalletClient({ chain: lockstep, transport: http(chain.devnet.url) })
    await expect(writeContractSync(client, quote)).rejects.toBeInstanceOf(AccountMissingError)
  })

  test('error: no block in time, and the transaction stays sent', async () => {
    await control('evm_setAutomine', false)
    try {
      const call = signing().inference.writeContractSync({ ...quote, timeout: 200 })
      const error = await call.catch((reason) => reason)
      expect(error).toMatchObject({ name: 'ReceiptTimeoutError', timeout: 200 })
      await control('evm_mine')
      const receipt = await chain.client.getTransactionReceipt({ hash: error.hash })
      expect(receipt.status).toBe('success')
    } finally {
      await control('evm_setAutomine', true)
    }
  })

  test('error: aborted before, and while it waits', async () => {
    const before = await nonce()
    const call = signing().inference.writeContractSync({
      ...quote,
      signal: AbortSignal.abort('no'),
    })
    await expect(call).rejects.toMatchObject({ name: 'AbortedError', cause: 'no', hash: undefined })
    expect(await nonce()).toBe(before)
    await control('evm_setAutomine', false)
    try {
      const controller = new AbortController()
      const sent = nextPending()
      const waiting = signing().inference.writeContractSync({ ...quote, signal: controller.signal })
      const outcome = waiting.catch((reason) => reason)
      const hash = await sent
      controller.abort()
      const error = await outcome
      expect(error).toBeInstanceOf(AbortedError)
      expect(error.hash).toBe(hash)
    } finally {
      await control('evm_setAutomine', true)
      await control('evm_mine')
    }
  })
})

describe('a contract that is not what its ABI says', () => {
  test('returns less than its ABI says', async () => {
    const abi = [
      {
        type: 'function',
        name: 'push',
        stateMutability: 'nonpayable',
        inputs: sourceAbi[0].inputs,
        outputs: [{ type: 'uint80' }, { type: 'string' }],
      },
    ] as const
    const { timestamp } = await chain.client.getBlock()
    const args = [2000_00000000n, timestamp] as const
    const sent = await nonce()
    const write = chain.client.inference.writeContractSync({
      address: market.source,
      abi,
      functionName: 'push',
      args,
    })
    await expect(write).rejects.toThrow(AbiMismatchError)
    await expect(write).rejects.toThrow('lockstep generate')
    expect(await nonce()).toBe(sent)
  })

  test('is not there', async () => {
    const nobody = '0x000000000000000000000000000000000000dEaD'
    const write = chain.client.inference.writeContractSync({ ...quote, address: nobody })
    await expect(write).rejects.toMatchObject({
      name: 'AbiMismatchError',
      address: nobody,
      functionName: 'quote',
    })
  })
})
