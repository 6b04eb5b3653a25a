import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { methods } from './methods.js'
import { type Failure, post, testServer } from './testing/testServer.js'

const known = new Set([-32700, -32600, -32601, -32602, -32603, -32000, -32001, -32003, 3, 4])

const address = fc.constantFrom(
  '0xf39fd6e51aad88f6f4ce6ab8827279cfffb92266',
  '0x00000000000000000000000000000000000000a1',
  '0x00000000000000000000000000000000000000a2',
  `0x${'77'.repeat(20)}`,
)
const word = fc.constantFrom(`0x${'00'.repeat(32)}`, `0x${'ff'.repeat(32)}`, `0x${'12'.repeat(32)}`)
const quantity = fc.oneof(
  fc.bigInt(0n, 2n ** 256n).map((value) => `0x${value.toString(16)}`),
  fc.nat(300).map((value) => `0x${value.toString(16)}`),
  fc.nat(300),
)
const bytes = fc
  .uint8Array({ maxLength: 80 })
  .map((value) => `0x${Buffer.from(value).toString('hex')}`)
const block = fc.oneof(
  fc.constantFrom('latest', 'earliest', 'pending', 'safe', 'finalized'),
  quantity,
  fc.record({ blockHash: word }),
)
const transaction = fc.record(
  {
    from: address,
    to: fc.oneof(address, fc.constant(null)),
    gas: quantity,
    gasPrice: quantity,
    maxFeePerGas: quantity,
    maxPriorityFeePerGas: quantity,
    value: quantity,
    nonce: quantity,
    data: bytes,
    type: fc.constantFrom('0x0', '0x1', '0x2', '0x4'),
    chainId: fc.constantFrom('0x7a69', '0x1'),
    accessList: fc.array(fc.record({ address, storageKeys: fc.array(word, { maxLength: 2 }) }), {
      maxLength: 2,
    }),
    authorizationList: fc.array(
      fc.record({
        chainId: quantity,
        address,
        nonce: quantity,
        yParity: quantity,
        r: word,
        s: word,
      }),
      { maxLength: 2 },
    ),
  },
  { requiredKeys: [] },
)
const filter = fc.record(
  {
    address: fc.oneof(address, fc.array(address, { maxLength: 3 })),
    topics: fc.array(fc.oneof(word, fc.constant(null), fc.array(word)), { maxLength: 5 }),
    fromBlock: block,
    toBlock: block,
    blockHash: word,
  },
  { requiredKeys: [] },
)
const chunk = fc.record({ offset: quantity, size: quantity, data: bytes }, { requiredKeys: [] })
const overrides = fc.dictionary(
  address,
  fc.record(
    { balance: quantity, nonce: quantity, code: bytes, stateDiff: fc.dictionary(word, word) },
    { requiredKeys: [] },
  ),
  { maxKeys: 2 },
)

/** What a client may send at any position: mostly what some method takes, often nonsense. */
const parameter = fc.oneof(
  address,
  word,
  quantity,
  bytes,
  block,
  transaction,
  filter,
  chunk,
  overrides,
  fc.boolean(),
  fc.jsonValue(),
)

/** These wait or work for as long as they are told to; they are told briefly. */
const bounded: Record<string, fc.Arbitrary<unknown[]>> = {
  mine: fc.tuple(
    fc.oneof(fc.nat(5), fc.record({ blocks: fc.nat(5), timestamp: quantity }), fc.string()),
  ),
  sync: fc.tuple(
    fc.oneof(transaction, bytes, parameter),
    fc.oneof(fc.integer({ min: -5, max: 20 }), fc.string()),
  ),
}

function parametersOf(name: string): fc.Arbitrary<unknown[]> {
  if (/_mine(_detailed)?$/.test(name)) return bounded.mine as fc.Arbitrary<unknown[]>
  if (/Sync$/.test(name)) return bounded.sync as fc.Arbitrary<unknown[]>
  return fc.array(parameter, { maxLength: 4 })
}

async function ask(url: string, method: string, params: readonly unknown[]) {
  const { text } = await post(url, JSON.stringify({ jsonrpc: '2.0', id: 1, method, params }))
  return JSON.parse(text) as { result?: unknown; error?: Failure }
}

describe('whatever the parameters, a node answers with a code that clients know, and goes on', () => {
  test.each(methods.flatMap(({ names }) => [...names]))('%s', async (method) => {
    const unexpected: unknown[] = []
    const server = await testServer({ onUnexpectedError: (error) => unexpected.push(error) })
    await fc.assert(
      fc.asyncProperty(parametersOf(method), async (params) => {
        const { result, error } = await ask(server.url, method, params)
        expect(unexpected).toEqual([])
        if (error === undefined) {
          expect(result).toBeDefined()
          return
        }
        expect(known).toContain(error.code)
        expect(typeof error.message).toBe('string')
        // Execution that halts has this code with Anvil; a fault of the node's own has it nowhere.
        if (error.code === -32603) expect(error.message).toMatch(/^EVM error /)
      }),
      { seed: 0x10c57e9, numRuns: 30 },
    )
    expect(await server.call('eth_blockNumber')).toMatch(/^0x/)
    expect(await server.call('eth_getBalance', `0x${'55'.repeat(20)}`)).toMatch(/^0x/)
  })
})
