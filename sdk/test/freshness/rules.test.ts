import fc from 'fast-check'
import {
  type Abi,
  type Address,
  decodeErrorResult,
  decodeFunctionResult,
  encodeAbiParameters,
  encodeFunctionData,
  getAddress,
  type Hex,
  hexToBigInt,
  numberToHex,
  RpcRequestError,
  toFunctionSelector,
} from 'viem'
import { deployContract, getTransactionReceipt, readContract } from 'viem/actions'
import { beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { feedAbi, freshnessAbi } from '../../src/abis.js'
import { account } from '../../src/testing/client.js'
import { compile } from '../../src/testing/compile.js'
import { useDevnet } from '../../src/testing/devnet.js'
import {
  type Block,
  meanTick,
  type Observation,
  priceBounds,
  Refusal,
  readChainlink,
  readPyth,
  requireBlock,
  requireDeadline,
  requireDeviation,
  requireFresh,
  requireTime,
  toWad,
  type Words,
} from './rules.js'

const chain = useDevnet()
const { abi, bytecode } = compile('test/freshness/FreshnessCases.sol')
const errors: Abi = [...feedAbi, ...freshnessAbi]
const runs = { numRuns: 150, seed: 0x10c57e9 }

let cases: Address
let source: Address
let other: Address

beforeAll(async () => {
  const hash = await deployContract(chain.client, { abi, bytecode, account, chain: null })
  const { contractAddress } = await getTransactionReceipt(chain.client, { hash })
  cases = getAddress(contractAddress as Address)
  const read = (functionName: string) =>
    readContract(chain.client, { address: cases, abi, functionName }) as Promise<Address>
  ;[source, other] = await Promise.all([read('SOURCE'), read('OTHER')])
})

type Outcome = { readonly value: unknown } | { readonly error: string; readonly args: unknown }

/** The errors that the tests met, by name: a fuzz that never meets one has not tested it. */
const met = new Set<string>()

/** What the contract says in a block of that time and number. */
async function onChain(block: Block, functionName: string, args: unknown[]): Promise<Outcome> {
  const request = { to: cases, data: encodeFunctionData({ abi, functionName, args }) }
  const overrides = { time: numberToHex(block.time), number: numberToHex(block.number) }
  try {
    const data = await chain.client.request({
      method: 'eth_call',
      params: [request, 'latest', {}, overrides],
    } as never)
    return { value: decodeFunctionResult({ abi, functionName, data: data as Hex }) }
  } catch (error) {
    return decodeOutcome(revertData(error))
  }
}

function revertData(error: unknown): Hex {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    if (cause instanceof RpcRequestError && typeof cause.data === 'string') return cause.data as Hex
  }
  throw error
}

function decodeOutcome(data: Hex): Outcome {
  const { errorName, args } = decodeErrorResult({ abi: errors, data })
  met.add(errorName)
  return { error: errorName, args }
}

beforeEach(() => met.clear())

function expectMet(...names: readonly string[]): void {
  expect([...met]).toEqual(expect.arrayContaining([...names]))
}

/** What the model says. */
function inModel(rule: () => unknown): Outcome {
  try {
    return { value: rule() }
  } catch (error) {
    if (!(error instanceof Refusal)) throw error
    return { error: error.errorName, args: error.args }
  }
}

const maxUint = 2n ** 256n - 1n
const uint = (bits: number) => fc.bigInt({ min: 0n, max: 2n ** BigInt(bits) - 1n })
const anyInt = fc.bigInt({ min: -(2n ** 255n), max: 2n ** 255n - 1n })
const clamp = (value: bigint, bits: number) => {
  const max = 2n ** BigInt(bits) - 1n
  return value < 0n ? 0n : value > max ? max : value
}

/** Clocks of today, and around 2^32 and 2^64. */
const clock = fc
  .tuple(
    fc.constantFrom(10n, 1_700_000_000n, 2n ** 32n, 2n ** 64n - 1n),
    fc.bigInt({ min: -2n, max: 2n }),
  )
  .map(([base, delta]) => clamp(base + delta, 64))
const block: fc.Arbitrary<Block> = fc.record({ time: clock, number: clock })

/** A distance that a bound allows: small, or as large as the type has. */
const distance = (bits: number) => fc.oneof(fc.bigInt({ min: 0n, max: 4_000n }), uint(bits))

/** A moment near the edge of a window that ends at `now`, or anywhere. */
const moment = (now: bigint, allowed: bigint, bits: number) =>
  fc.oneof(
    { weight: 4, arbitrary: fc.bigInt({ min: -2n, max: 2n }).map((d) => now - allowed + d) },
    { weight: 3, arbitrary: fc.bigInt({ min: -2n, max: 2n }).map((d) => now + d) },
    { weight: 1, arbitrary: uint(bits) },
  )

const word = (value: bigint): Hex =>
  encodeAbiParameters([{ type: 'uint256' }], [BigInt.asUintN(256, value)])
const encodeWords = (words: readonly bigint[]): Hex =>
  `0x${words.map((each) => word(each).slice(2)).join('')}`

/** What `Scripted` shall answer; an answer of no bytes makes it revert. */
function script(answers: Readonly<Record<string, Words>>) {
  return Object.entries(answers).map(([signature, words = []]) => ({
    selector: toFunctionSelector(signature),
    data: encodeWords(words),
  }))
}

/** A source's answer: mostly whole, at times too short, or none. */
const answer = (words: fc.Arbitrary<readonly bigint[]>): fc.Arbitrary<Words> =>
  fc.oneof(
    { weight: 12, arbitrary: words },
    { weight: 1, arbitrary: words.map((whole) => whole.slice(1)) },
    { weight: 1, arbitrary: fc.constant(undefined) },
  )

describe('the guards do what the rules say', () => {
  test('time, blocks and deadline', async () => {
    const inputs = block.chain((now) =>
      distance(64).chain((allowed) =>
        fc.record({
          now: fc.constant(now),
          allowed: fc.constant(allowed),
          time: moment(now.time, allowed, 256).map((each) => clamp(each, 256)),
          number: moment(now.number, allowed, 256).map((each) => clamp(each, 256)),
        }),
      ),
    )
    const property = fc.asyncProperty(inputs, async ({ now, allowed, time, number }) => {
      const rules: [string, bigint[], () => unknown][] = [
        ['requireTime', [time, allowed], () => requireTime(now, time, allowed)],
        ['requireBlock', [number, allowed], () => requireBlock(now, number, allowed)],
        ['requireDeadline', [time], () => requireDeadline(now, time)],
      ]
      for (const [name, args, rule] of rules) {
        expect(await onChain(now, name, args), name).toEqual(inModel(rule))
      }
    })
    await fc.assert(property, runs)
    expectMet('StaleTime', 'FutureTime', 'StaleBlock', 'FutureBlock', 'DeadlinePassed')
  })

  test('deviation', async () => {
    const bound = fc.oneof(fc.bigInt({ min: 0n, max: 20_000n }), uint(256))
    // Near the edge: observed · (1 ± bound), give or take one.
    const near = fc
      .tuple(
        fc.bigInt({ min: -(2n ** 127n), max: 2n ** 127n }),
        fc.bigInt({ min: 0n, max: 20_000n }),
        fc.constantFrom(1n, -1n),
        fc.bigInt({ min: -1n, max: 1n }),
      )
      .map(([seen, bps, sign, off]) => [seen, seen + (sign * seen * bps) / 10_000n + off, bps])
    const inputs = fc.oneof(near, fc.tuple(anyInt, anyInt, bound))
    const now = { time: 1n, number: 1n }
    const property = fc.asyncProperty(inputs, async (args) => {
      const [seen, current, bps] = args as [bigint, bigint, bigint]
      const expected = inModel(() => requireDeviation(seen, current, bps))
      expect(await onChain(now, 'requireDeviation', [seen, current, bps])).toEqual(expected)
    })
    await fc.assert(property, runs)
    expectMet('PriceMoved')
  })

  test('fixed point of every number of decimals', async () => {
    const inputs = fc.record({
      value: fc.oneof(anyInt, fc.bigInt({ min: -(10n ** 60n), max: 10n ** 60n })),
      decimals: fc.integer({ min: 0, max: 20 }),
    })
    const property = fc.asyncProperty(inputs, async ({ value, decimals }) => {
      const seen = { value, decimals, roundId: 0n, time: 0n, blockNumber: 0n }
      const expected = inModel(() => toWad(seen))
      expect(await onChain({ time: 1n, number: 1n }, 'toWad', [seen])).toEqual(expected)
    })
    await fc.assert(property, runs)
    expectMet('ObservationOutOfRange')
  })
})

/** Positive prices mostly, and the others. */
const price = fc.oneof(
  { weight: 6, arbitrary: fc.bigInt({ min: 1n, max: 10n ** 12n }) },
  { weight: 1, arbitrary: fc.bigInt({ min: -1n, max: 1n }) },
  { weight: 1, arbitrary: anyInt },
)

function chainlinkRound(now: Block, heartbeat: bigint) {
  return fc
    .record({
      id: fc.oneof(fc.bigInt({ min: 1n, max: 5n }), uint(80), uint(256)),
      price,
      updatedAt: moment(now.time, heartbeat, 256),
      lag: fc.constantFrom(0n, 0n, 0n, 1n),
    })
    .map(({ id, price, updatedAt, lag }) => [id, price, updatedAt, clamp(updatedAt, 256), id - lag])
}

const feedDecimals = answer(
  fc.oneof(fc.bigInt({ min: 0n, max: 19n }), uint(256)).map((count) => [count]),
)

function chainlinkScript(round: Words, decimals: Words, past: Words = round) {
  return script({
    'latestRoundData()': round,
    'getRoundData(uint80)': past,
    'decimals()': decimals,
  })
}

describe('the feeds do what the rules say', () => {
  test('Chainlink, with and without a sequencer', async () => {
    const inputs = fc.tuple(block, distance(64), distance(64)).chain(([now, heartbeat, grace]) =>
      fc.record({
        now: fc.constant(now),
        heartbeat: fc.constant(heartbeat),
        grace: fc.constant(grace),
        round: answer(chainlinkRound(now, heartbeat)),
        decimals: feedDecimals,
        uptime: fc.option(
          fc
            .tuple(
              fc.constantFrom(0n, 0n, 0n, 1n, maxUint),
              fc.oneof(
                { weight: 3, arbitrary: moment(now.time, grace, 256) },
                { weight: 1, arbitrary: fc.constant(0n) },
              ),
            )
            .map(([down, since]) => [1n, down, clamp(since, 256), 1n, 1n]),
        ),
      }),
    )
    const property = fc.asyncProperty(
      inputs,
      async ({ now, heartbeat, grace, round, decimals, uptime }) => {
        const sequencer = uptime ? { address: other, round: uptime, grace } : undefined
        const feed = {
          address: source,
          heartbeat,
          round,
          decimals,
          ...(sequencer && { sequencer }),
        }
        const expected = inModel(() => readChainlink(now, feed))
        const answers = chainlinkScript(round, decimals)
        const uptimes = uptime ? script({ 'latestRoundData()': uptime }) : []
        const args = [answers, uptimes, heartbeat, grace]
        expect(await onChain(now, 'readChainlink', args)).toEqual(expected)
      },
    )
    await fc.assert(property, runs)
    expectMet(
      'SequencerDown',
      'SourceFailed',
      'IncompleteRound',
      'InvalidPrice',
      'FuturePrice',
      'StalePrice',
      'UnsupportedDecimals',
    )
  })

  test('Pyth', async () => {
    const bound = fc.oneof(fc.bigInt({ min: 0n, max: 500n }), uint(256))
    const edges = fc.tuple(block, distance(64), bound)
    const inputs = edges.chain(([now, maxAgeSeconds, maxConfidenceBps]) =>
      fc.record({
        now: fc.constant(now),
        maxAgeSeconds: fc.constant(maxAgeSeconds),
        maxConfidenceBps: fc.constant(maxConfidenceBps),
        price: answer(
          fc
            .record({
              price: fc.oneof(price, fc.constantFrom(10_000n, 2n ** 63n - 1n)),
              confidence: fc.option(uint(64), { freq: 3 }),
              off: fc.bigInt({ min: -1n, max: 1n }),
              exponent: fc.bigInt({ min: -19n, max: 19n }),
              time: fc.oneof(
                moment(now.time, maxAgeSeconds, 256),
                fc.bigInt({ min: -2n, max: 2n }).map((d) => now.time + maxAgeSeconds + d),
              ),
            })
            .map(({ price, confidence, off, exponent, time }) => {
              const widest = (price * maxConfidenceBps) / 10_000n
              return [price, confidence ?? clamp(widest + off, 64), exponent, clamp(time, 256)]
            }),
        ),
      }),
    )
    const property = fc.asyncProperty(
      inputs,
      async ({ now, maxAgeSeconds, maxConfidenceBps, price }) => {
        const feed = { address: source, maxAgeSeconds, maxConfidenceBps, price }
        const answers = script({ 'getPriceUnsafe(bytes32)': price })
        const args = [answers, maxAgeSeconds, maxConfidenceBps]
        expect(await onChain(now, 'readPyth', args)).toEqual(inModel(() => readPyth(now, feed)))
      },
    )
    await fc.assert(property, runs)
    expectMet(
      'SourceFailed',
      'InvalidPrice',
      'FuturePrice',
      'StalePrice',
      'PriceUncertain',
      'UnsupportedDecimals',
    )
  })

  test('a Uniswap v3 average, to within what 128 bits hold of a tick', async () => {
    const inputs = fc
      .record({
        windowSeconds: fc.integer({ min: 1, max: 100_000 }),
        tick: fc.oneof(
          fc.integer({ min: -443_640, max: 443_640 }),
          fc.constantFrom(-443_637, -443_636, 0, 443_636, 443_637),
        ),
        spare: fc.integer({ min: 0, max: 99_999 }),
        earlier: fc.oneof(fc.constantFrom(2n ** 55n - 1n, -(2n ** 55n)), fc.bigInt(-9n, 9n)),
        isFirst: fc.boolean(),
        decimals: fc.tuple(fc.integer({ min: 0, max: 18 }), fc.integer({ min: 0, max: 18 })),
      })
      .map(({ spare, tick, windowSeconds, earlier, ...rest }) => {
        const sum = BigInt(tick) * BigInt(windowSeconds) + BigInt(spare % windowSeconds)
        return { ...rest, windowSeconds, earlier, later: BigInt.asIntN(56, earlier + sum) }
      })
    const property = fc.asyncProperty(
      inputs,
      async ({ windowSeconds, earlier, later, isFirst, decimals: [own, others] }) => {
        const now = { time: 1_700_000_000n, number: 7n }
        const [token0, token1] = isFirst ? [source, other] : [other, source]
        const pool = script({
          'token0()': [hexToBigInt(token0)],
          'token1()': [hexToBigInt(token1)],
          'decimals()': [BigInt(own)],
          'observe(uint32[])': [64n, 160n, 2n, earlier, later, 2n, 0n, 0n],
        })
        const quoted = script({ 'decimals()': [BigInt(others)] })
        const outcome = await onChain(now, 'readUniswap', [pool, quoted, windowSeconds])
        const mean = meanTick(earlier, later, BigInt(windowSeconds))
        const tick = isFirst ? mean : -mean
        if (tick > 443_636n || tick < -443_636n) {
          expect(outcome).toEqual({ error: 'TickOutOfRange', args: [tick] })
          return
        }
        const { low, high } = priceBounds(tick, 10n ** BigInt(18 + own - others))
        if ('error' in outcome) {
          expect(outcome).toEqual({ error: 'InvalidPrice', args: [source, 0n] })
          expect(low).toBe(0n)
          return
        }
        const { value, ...rest } = outcome.value as Observation
        expect(value >= low && value <= high, `${low} ≤ ${value} ≤ ${high}`).toBe(true)
        const { time, number: blockNumber } = now
        expect(rest).toEqual({ decimals: 18, roundId: 0n, time, blockNumber })
      },
    )
    await fc.assert(property, runs)
    expectMet('TickOutOfRange', 'InvalidPrice')
  })
})

test('requireFresh applies the rules in order, and holds the observation to its feed', async () => {
  const inputs = fc.tuple(block, distance(64), distance(64)).chain(([now, heartbeat, maxAge]) =>
    fc.record({
      now: fc.constant(now),
      heartbeat: fc.constant(heartbeat),
      round: answer(chainlinkRound(now, heartbeat)),
      past: fc.option(answer(chainlinkRound(now, maxAge)), { freq: 2, nil: 'round' as const }),
      decimals: feedDecimals,
      seenAt: moment(now.number, 3n, 64).map((each) => clamp(each, 64)),
      bounds: fc.record({
        maxAgeSeconds: fc.constant(maxAge),
        maxBlocks: fc.constantFrom(3n, 2n ** 64n - 1n),
        maxDeviationBps: fc.integer({ min: 0, max: 65_535 }),
        inputIndex: fc.constantFrom(0n, 0n, 0n, 0n, 1n, maxUint),
      }),
      lie: fc.constantFrom('none', 'none', 'none', 'none', 'value', 'roundId', 'time', 'decimals'),
      off: fc.constantFrom(0n, 0n, 0n, 0n, 1n),
    }),
  )
  const property = fc.asyncProperty(inputs, async (each) => {
    const { now, heartbeat, round, decimals, seenAt, bounds, lie, off } = each
    const past = each.past === 'round' ? round : each.past
    const seen = observe(past, decimals, seenAt, lie)
    const wad = inModel(() => toWad(seen))
    const x = [BigInt.asIntN(256, ('value' in wad ? (wad.value as bigint) : 0n) + off)]
    const feed = { address: source, heartbeat, round, decimals }
    const expected = inModel(() => requireFresh(now, feed, { seen, bounds, x, past }, cases))
    const guard = { feed: cases, ...bounds }
    const answers = chainlinkScript(round, decimals, past)
    expect(await onChain(now, 'requireFresh', [answers, heartbeat, seen, guard, x])).toEqual(
      expected,
    )
  })
  await fc.assert(property, { ...runs, numRuns: 500 })
  expectMet('StaleTime', 'FutureTime', 'StaleBlock', 'FutureBlock', 'ObservationOutOfRange')
  expectMet('InputTooShort', 'ObservationMismatch', 'ObservationForged')
  expectMet('FuturePrice', 'InvalidPrice', 'IncompleteRound', 'PriceMoved')
})

/** What an honest caller, or a liar, would send of a round. */
function observe(round: Words, decimals: Words, blockNumber: bigint, lie: string): Observation {
  const [id = 1n, value = 1n, , time = 1n] = round ?? []
  const honest: Observation = {
    value: BigInt.asIntN(256, value),
    decimals: Number(BigInt.asUintN(8, decimals?.[0] ?? 0n)),
    roundId: BigInt.asUintN(80, id),
    time: BigInt.asUintN(64, time),
    blockNumber,
  }
  if (lie === 'none') return honest
  const bits = { value: 255, roundId: 80, time: 64, decimals: 8 }[lie] ?? 0
  const told = BigInt.asUintN(bits, BigInt(honest[lie as keyof Observation]) + 1n)
  return { ...honest, [lie]: lie === 'decimals' ? Number(told) : told }
}
