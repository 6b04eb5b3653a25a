import fc from 'fast-check'
import { bytesToHex, concatHex, toHex, toRlp } from 'viem'
import { describe, expect, test } from 'vitest'
import { affine } from '../node/testing/models.js'
import { methods } from './methods.js'
import { openSocket } from './testing/openSocket.js'
import { post, testServer } from './testing/testServer.js'

const address = fc.constantFrom(
  '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  '0x70997970c51812dc3a010c7d01b50e0d17dc79c8',
  '0x00000000000000000000000000000000000000a1',
  '0x00000000000000000000000000000000000000a2',
  `0x${'77'.repeat(20)}`,
)
const hexOf = (value: bigint) => `0x${value.toString(16)}`
const small = fc.bigInt({ min: 0n, max: 5n }).map(hexOf)
const quantity = fc.oneof(
  small,
  fc.bigInt({ min: 0n, max: 40_000_000n }).map(hexOf),
  fc.bigInt({ min: 0n, max: 2n ** 64n }).map(hexOf),
  fc.bigInt({ min: 0n, max: 2n ** 256n - 1n }).map(hexOf),
  fc.nat(),
)
const bytes = fc.uint8Array({ maxLength: 100 }).map((value) => bytesToHex(value))
/** Lists as those in which blob transactions travel, more or less. */
const wrappedBlobs = fc
  .array(fc.array(fc.uint8Array({ maxLength: 48 }), { maxLength: 14 }), { maxLength: 5 })
  .map((lists) => concatHex(['0x03', toRlp(lists.map((list) => list.map((item) => toHex(item))))]))
const word = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((value) => bytesToHex(value))
const tag = fc.constantFrom('latest', 'earliest', 'pending', 'safe', 'finalized')
const block = fc.oneof(tag, small, fc.record({ blockNumber: small }))
const storage = fc.dictionary(word, word, { maxKeys: 2 })
const partly = { requiredKeys: [] as [] }

const transaction = fc.record(
  {
    from: address,
    to: fc.option(address),
    gas: fc.oneof(quantity, fc.constant('0x30d40')),
    gasPrice: quantity,
    value: fc.oneof(small, quantity),
    nonce: small,
    data: bytes,
    accessList: fc.array(fc.record({ address, storageKeys: fc.array(word, { maxLength: 2 }) }), {
      maxLength: 2,
    }),
    authorizationList: fc.array(
      fc.record({ chainId: small, address, nonce: small, yParity: small, r: word, s: word }),
      { maxLength: 2 },
    ),
    blobVersionedHashes: fc.array(word, { maxLength: 2 }),
    blobs: fc.array(bytes, { maxLength: 1 }),
    commitments: fc.array(bytes, { maxLength: 1 }),
    proofs: fc.array(bytes, { maxLength: 1 }),
  },
  partly,
)
const logFilter = fc.record(
  {
    address: fc.oneof(address, fc.array(address, { maxLength: 3 })),
    topics: fc.array(fc.option(fc.oneof(word, fc.array(word, { maxLength: 2 }))), { maxLength: 4 }),
    fromBlock: fc.oneof(tag, small),
    toBlock: fc.oneof(tag, small),
  },
  partly,
)
const override = fc.record(
  { balance: quantity, nonce: quantity, code: bytes, stateDiff: storage },
  partly,
)
const blockOverride = fc.record(
  {
    number: quantity,
    time: quantity,
    gasLimit: quantity,
    coinbase: address,
    baseFee: quantity,
    prevRandao: word,
  },
  partly,
)

const storageOf = fc.dictionary(address, fc.oneof(word, storage), { maxKeys: 2 })
const traceTypes = fc.subarray(['trace', 'vmTrace', 'stateDiff'])
const tracing = fc.record(
  {
    tracer: fc.constantFrom('callTracer', 'prestateTracer', '4byteTracer', 'flatCallTracer'),
    tracerConfig: fc.record({ withLog: fc.boolean(), diffMode: fc.boolean() }, partly),
    timeout: fc.constantFrom('1s', '20ms'),
    limit: fc.nat(),
    enableMemory: fc.boolean(),
  },
  partly,
)

/** A chain as Anvil writes it, more or less, as bytes. */
const state = fc
  .record(
    {
      block: fc.record({
        number: small,
        timestamp: quantity,
        gas_limit: fc.nat(),
        basefee: fc.nat(),
      }),
      best_block_number: fc.nat(5),
      accounts: fc.dictionary(
        address,
        fc.record({ nonce: fc.nat(5), balance: quantity, code: bytes, storage }, partly),
        { maxKeys: 2 },
      ),
      blocks: fc.array(
        fc.record({
          header: fc.record({ number: small, timestamp: small, parentHash: word }, partly),
          transactions: fc.array(fc.record({ transaction }), { maxLength: 1 }),
        }),
        { maxLength: 2 },
      ),
      historical_states: fc.constantFrom(null, []),
    },
    { requiredKeys: ['accounts'] },
  )
  .map((value) => bytesToHex(new TextEncoder().encode(JSON.stringify(value))))

/** What each parameter takes, by the name that its method gives it. */
const byName: Record<string, fc.Arbitrary<unknown>> = {
  address,
  amount: quantity,
  balance: quantity,
  'base fee': quantity,
  block,
  'block as RLP': bytes,
  'block count': quantity,
  'block hash': word,
  'block number': small,
  'block overrides': blockOverride,
  blocks: small,
  'call tracing options': fc.oneof(
    tracing,
    fc.record({ txIndex: small, blockOverrides: blockOverride }),
  ),
  bundles: fc.array(
    fc.record(
      { transactions: fc.array(transaction, { maxLength: 2 }), blockOverride },
      { requiredKeys: ['transactions'] },
    ),
    { maxLength: 2 },
  ),
  calldata: bytes,
  'calls with trace types': fc.array(fc.tuple(transaction, traceTypes), { maxLength: 2 }),
  'chain id': quantity,
  conditions: fc.record({ blockNumberMax: quantity, knownAccounts: storageOf }, partly),
  chunk: fc.record({ offset: fc.constantFrom(0, 5), size: fc.nat(300), data: bytes }),
  code: bytes,
  data: bytes,
  depth: fc.nat(4),
  'database key': word.map((value) => `0x63${value.slice(2)}`),
  enabled: fc.boolean(),
  filter: logFilter,
  'filter id': small,
  'full transactions': fc.boolean(),
  'gas limit': quantity,
  'gas price': quantity,
  hash: word,
  index: small,
  'interval in seconds': quantity,
  'last block': fc.oneof(tag, small),
  length: fc.nat(300),
  message: bytes,
  'model id': fc.oneof(word, fc.constant(affine.id)),
  'newest block': fc.oneof(tag, small),
  nonce: quantity,
  offset: fc.nat(300),
  options: fc.constant({}),
  'preserve historical states': fc.boolean(),
  prevRandao: word,
  page: fc.nat(3),
  'page size': fc.nat(20),
  'reward percentiles': fc.array(fc.nat(100), { maxLength: 3 }),
  seconds: quantity,
  'signed transaction': fc.oneof(bytes, wrappedBlobs),
  slot: quantity,
  spender: address,
  'slots by account': fc.dictionary(address, fc.array(word, { maxLength: 3 }), { maxKeys: 2 }),
  slots: fc.array(quantity, { maxLength: 3 }),
  simulation: fc.record({
    blockStateCalls: fc.array(
      fc.record(
        { calls: fc.array(transaction, { maxLength: 2 }), blockOverrides: blockOverride },
        partly,
      ),
      { maxLength: 2 },
    ),
  }),
  'snapshot id': small,
  state,
  'state context': fc.record(
    { blockNumber: block, transactionIndex: fc.integer({ min: -1, max: 2 }) },
    partly,
  ),
  'state overrides': fc.dictionary(address, override, { maxKeys: 2 }),
  'subscription id': bytes,
  'subscription kind': fc.constantFrom('newHeads', 'logs', 'newPendingTransactions'),
  'subscription options': fc.oneof(logFilter, fc.boolean()),
  threads: fc.nat(),
  'timeout in ms': fc.integer({ min: 1, max: 20 }),
  tensors: fc.boolean(),
  token: address,
  timestamp: fc.oneof(quantity, fc.integer({ min: 1_900_000_000, max: 2_000_000_000 })),
  'timestamp or options': fc.record({ timestamp: quantity, blocks: small }, partly),
  transaction,
  'trace filter': fc.record(
    { fromBlock: small, toBlock: small, toAddress: fc.array(address), count: fc.nat() },
    partly,
  ),
  'trace index': fc.array(small, { maxLength: 2 }),
  'trace types': traceTypes,
  'tracing options': tracing,
  'transaction hash': word,
  'transaction index': small,
  'transaction hash or block': fc.oneof(block, word),
  transactions: fc.array(fc.tuple(transaction, fc.nat(3)), { maxLength: 2 }),
  'typed data': fc.record({
    types: fc.constant({}),
    primaryType: fc.string(),
    message: fc.jsonValue(),
  }),
  url: fc.constantFrom('http://127.0.0.1:1', 'x'),
  value: quantity,
  'versioned hash': word,
}

/** A call whose parameters are mostly what the method takes, and sometimes anything at all. */
const request = fc.constantFrom(...methods).chain(({ names, parameters }) =>
  fc.record({
    jsonrpc: fc.constant('2.0'),
    id: fc.nat(),
    method: fc.constantFrom(...names),
    params: fc.tuple(
      ...parameters.map(({ name }) =>
        fc.oneof(
          { weight: 12, arbitrary: byName[name] ?? fc.jsonValue() },
          { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
        ),
      ),
    ),
  }),
)

interface Answer {
  readonly id: number
  readonly error?: { readonly code: number; readonly message: string }
}

/** A server, and what it met without having foreseen it. */
async function watchedServer() {
  const unforeseen: unknown[] = []
  const onUnexpectedError = (error: unknown) => unforeseen.push(error)
  return { ...(await testServer({ models: [affine.bytes], onUnexpectedError })), unforeseen }
}

describe('every method answers whatever it is sent', () => {
  test('the fuzzer knows every parameter', () => {
    const names = new Set(methods.flatMap(({ parameters }) => parameters.map(({ name }) => name)))
    expect(Object.keys(byName).sort()).toEqual([...names].sort())
  })

  test('with a result or an error that it foresaw, and most of what is well-formed with a result', async () => {
    const { url, call, unforeseen } = await watchedServer()
    const counts = { results: 0, errors: 0 }
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 30, maxLength: 30 }), async (batch) => {
        await call('anvil_reset')
        await call('evm_setAutomine', true)
        const { status, text } = await post(url, JSON.stringify(batch))
        const answers = JSON.parse(text) as Answer[]
        expect(status).toBe(200)
        expect(answers.map(({ id }) => id)).toEqual(batch.map(({ id }) => id))
        for (const { error } of answers) counts[error ? 'errors' : 'results']++
        expect(unforeseen).toEqual([])
      }),
      { seed: 11, numRuns: 60 },
    )
    expect(counts.results).toBeGreaterThan(counts.errors)
  }, 300_000)

  test('any JSON in any position, method by method', async () => {
    const { url, unforeseen } = await watchedServer()
    const params = fc.array(fc.jsonValue({ maxDepth: 2 }), { maxLength: 5 })
    for (const method of methods.flatMap(({ names }) => names)) {
      await fc.assert(
        fc.asyncProperty(params, async (values) => {
          const asked = JSON.stringify({ jsonrpc: '2.0', id: 1, method, params: values })
          const { text } = await post(url, asked)
          expect(JSON.parse(text), asked).toMatchObject({ jsonrpc: '2.0', id: 1 })
          expect(unforeseen, asked).toEqual([])
        }),
        { seed: 13, numRuns: 10 },
      )
    }
  }, 300_000)

  test('what is no request at all, bytes that are no text included', async () => {
    const { url, call } = await testServer()
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(
          fc.uint8Array({ maxLength: 200 }).map((value) => Buffer.from(value)),
          fc.json(),
        ),
        async (body) => {
          const response = await fetch(url, { method: 'POST', body })
          if (response.status === 204) return
          expect(JSON.stringify(await response.json())).toContain('"jsonrpc":"2.0"')
        },
      ),
      { seed: 17, numRuns: 200 },
    )
    expect(await call('eth_chainId')).toBe('0x7a69')
  })

  test('over a WebSocket that lives through all of it', async () => {
    const { url, unforeseen } = await watchedServer()
    const { socket, next } = await openSocket(url)
    const message = fc.oneof(
      request.map((value) => JSON.stringify(value)),
      fc.json(),
      fc.string(),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(message, { maxLength: 20 }), async (messages) => {
        for (const text of messages) socket.send(text)
        socket.send(JSON.stringify({ jsonrpc: '2.0', id: 'last', method: 'net_version' }))
        let answer = await next()
        while (answer.id !== 'last') answer = await next()
        expect(unforeseen).toEqual([])
      }),
      { seed: 19, numRuns: 30 },
    )
    expect(socket.readyState).toBe(socket.OPEN)
  }, 300_000)
})
