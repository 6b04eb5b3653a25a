import { createTx } from '@ethereumjs/tx'
import { createAddressFromString } from '@ethereumjs/util'
import fc from 'fast-check'
import { parseEther, parseGwei } from 'viem'
import { describe, expect, test } from 'vitest'
import { PoolError } from './errors.js'
import type { Hex, Node } from './node.js'
import { inOrder, ranksOf } from './order.js'
import { account, signed, testNode } from './testing/testNode.js'

async function manualNode(options: Parameters<typeof testNode>[0] = {}): Promise<Node> {
  return testNode({ ...options, mining: { type: 'manual' } })
}

const to: Hex = `0x${'77'.repeat(20)}`

/** Sends and gives the reason for which the pool refuses. */
async function refusal(sending: Promise<unknown>): Promise<string | undefined> {
  const error = await sending.then(
    () => undefined,
    (cause: unknown) => cause,
  )
  if (error !== undefined && !(error instanceof PoolError)) throw error
  return error?.reason
}

describe('the pool', () => {
  test('holds back what is behind a gap of nonces, and lets it go when the gap closes', async () => {
    const node = await manualNode()
    const late = await node.send(await signed(node, { to, nonce: 1 }))
    expect(node.pool()).toMatchObject({ pending: [], queued: [{ hash: late }] })
    expect(await node.pendingNonce(account(node, 0).address)).toBe(0n)

    const first = await node.send(await signed(node, { to, nonce: 0 }))
    expect(node.pool().pending.map(({ hash }) => hash)).toEqual([first, late])
    expect(await node.pendingNonce(account(node, 0).address)).toBe(2n)
    await node.mine()
    expect(node.head.transactions.map(({ hash }) => hash)).toEqual([first, late])
    expect(node.pool()).toEqual({ pending: [], queued: [] })
  })

  test('takes who pays most first, then who came first, and each sender in order', async () => {
    const node = await manualNode()
    const send = async (index: number, nonce: number, gwei: string) =>
      node.send(
        await signed(
          node,
          { to, nonce, maxPriorityFeePerGas: parseGwei(gwei) },
          account(node, index),
        ),
      )
    const a0 = await send(0, 0, '1')
    const a1 = await send(0, 1, '9')
    const b0 = await send(1, 0, '3')
    const c0 = await send(2, 0, '3')
    const b1 = await send(1, 1, '2')
    await node.mine()
    expect(node.head.transactions.map(({ hash }) => hash)).toEqual([b0, c0, b1, a0, a1])
  })

  test('takes who came first where it is told to', async () => {
    const node = await manualNode({ order: 'fifo' })
    const hashes = []
    for (const [index, gwei] of ['1', '5', '3'].entries()) {
      const maxPriorityFeePerGas = parseGwei(gwei)
      hashes.push(
        await node.send(await signed(node, { to, maxPriorityFeePerGas }, account(node, index))),
      )
    }
    await node.mine()
    expect(node.head.transactions.map(({ hash }) => hash)).toEqual(hashes)
  })

  test('replaces a transaction by one with a higher fee cap', async () => {
    const node = await manualNode()
    const offer = async (gwei: string) =>
      node.send(
        await signed(node, {
          to,
          nonce: 0,
          maxFeePerGas: parseGwei(gwei),
          maxPriorityFeePerGas: parseGwei(gwei),
        }),
      )
    const first = await offer('10')
    expect(await refusal(offer('9.9'))).toBe('replacementUnderpriced')
    const second = await offer('10.000000001')
    expect(node.pool().pending.map(({ hash }) => hash)).toEqual([second])
    expect(await node.transaction(first)).toBeUndefined()
  })

  test('fills a block up to its gas and leaves the rest for the next', async () => {
    const node = await manualNode({ gasLimit: 100_000n })
    for (let nonce = 0; nonce < 6; nonce++) {
      await node.send(await signed(node, { to, nonce, gasLimit: 21_000n }))
    }
    const [first, second] = await node.mine({ blocks: 2 })
    expect(first?.transactions).toHaveLength(4)
    expect(first?.block.header.gasUsed).toBe(84_000n)
    expect(second?.transactions).toHaveLength(2)
  })

  test('seals as many blocks as a transaction needs when mining at once', async () => {
    const node = await testNode({ maxBlockTransactions: 2 })
    node.setMining({ type: 'manual' })
    for (let nonce = 0; nonce < 4; nonce++) await node.send(await signed(node, { to, nonce }))
    node.setMining({ type: 'auto' })
    const hash = await node.send(await signed(node, { to, nonce: 4 }))
    expect(node.head.transactions.map((transaction) => transaction.hash)).toEqual([hash])
    expect(node.head.block.header.number).toBe(3n)
  })

  test('drops what its sender can no longer pay for, and tells the sender', async () => {
    const node = await manualNode()
    const poor = account(node, 3)
    await node.setBalance(poor.address, parseEther('1'))
    const half = { to, value: parseEther('0.6'), gasLimit: 21_000n }
    await node.send(await signed(node, { ...half, nonce: 0 }, poor))
    await node.send(await signed(node, { ...half, nonce: 1 }, poor))
    await node.mine()
    expect(node.head.transactions).toHaveLength(1)
    expect(node.pool()).toEqual({ pending: [], queued: [] })

    node.setMining({ type: 'manual' })
    await node.setBalance(poor.address, parseEther('1'))
    await node.send(await signed(node, { ...half, nonce: 1 }, poor))
    node.setMining({ type: 'auto' })
    const second = node.send(await signed(node, { ...half, nonce: 2 }, poor))
    await expect(second).rejects.toThrow('Insufficient funds')
  })

  test('keeps what a higher base fee shuts out until it falls', async () => {
    const node = await manualNode()
    const fees = { maxFeePerGas: parseGwei('2'), maxPriorityFeePerGas: parseGwei('1') }
    await node.send(await signed(node, { to, ...fees }))
    node.setNextBlockBaseFeePerGas(parseGwei('3'))
    await node.mine()
    expect(node.head.transactions).toHaveLength(0)
    await node.mine({ blocks: 4 })
    expect(node.pool().pending).toHaveLength(0)
  })

  test('forgets transactions that are dropped', async () => {
    const node = await manualNode()
    const hash = await node.send(await signed(node, { to, nonce: 0 }))
    await node.send(await signed(node, { to, nonce: 1 }))
    expect(await node.dropTransaction(hash)).toBe(true)
    expect(await node.dropTransaction(hash)).toBe(false)
    expect(node.pool()).toMatchObject({ pending: [], queued: [{}] })
    await node.dropAllTransactions()
    expect(node.pool()).toEqual({ pending: [], queued: [] })
  })

  test('refuses, and says why', async () => {
    const node = await manualNode({ poolCapacity: 2 })
    const send = async (fields: object) => refusal(node.send(await signed(node, { to, ...fields })))
    expect(await send({ gasLimit: 20_999n })).toBe('intrinsicGasTooLow')
    expect(await send({ gasLimit: 30_000_001n })).toBe('gasLimitTooHigh')
    expect(await send({ value: parseEther('10001') })).toBe('insufficientFunds')
    expect(await send({ maxFeePerGas: 1n, maxPriorityFeePerGas: 0n })).toBe('feeTooLow')
    await node.setNonce(account(node, 0).address, 5n)
    expect(await send({ nonce: 4 })).toBe('nonceTooLow')
    expect(await send({ nonce: 5 })).toBeUndefined()
    expect(await send({ nonce: 5 })).toBe('alreadyKnown')
    expect(await send({ nonce: 6 })).toBeUndefined()
    expect(await send({ nonce: 7 })).toBe('poolFull')
  })

  test('refuses a transaction that nobody signed', async () => {
    const node = await manualNode()
    const tx = createTx({ gasLimit: 21_000n, gasPrice: 10n ** 10n, to }, { common: node.common })
    expect(await refusal(node.send(tx))).toBe('invalidSignature')
    expect(
      await refusal(
        node.send(tx, { impersonated: createAddressFromString(account(node, 0).address) }),
      ),
    ).toBe(undefined)
  })

  test('refuses a transaction of another chain', async () => {
    const node = await manualNode()
    const tx = await signed(node, { to, type: 0, gasPrice: 10n ** 10n } as never)
    node.setChainId(5)
    expect(node.chainId).toBe(5)
    expect(await refusal(node.send(tx))).toBe('chainIdMismatch')
    expect(await node.send(await signed(node, { to }))).toMatch(/^0x/)
  })
})

describe('inOrder', () => {
  test('gives every transaction once, each run in order, and the best of what is next', () => {
    const run = fc.array(fc.integer({ min: 0, max: 5 }), { minLength: 1, maxLength: 6 })
    fc.assert(
      fc.property(fc.array(run, { maxLength: 8 }), (tips) => {
        let arrival = 0
        const runs = tips.map((sender, from) =>
          sender.map((tip, position) => ({
            hash: `0x${from}${position}` as Hex,
            from: `0x${from}` as Hex,
            arrival: arrival++,
            tx: { gasPrice: BigInt(tip) } as never,
          })),
        )
        const given = []
        const next = runs.map(() => 0)
        const ranks = ranksOf('fees', 0n, () => false)
        const candidates = inOrder(runs, ranks, Number.POSITIVE_INFINITY)
        for (let entry = candidates.next(); entry; entry = candidates.next()) {
          const from = Number(entry.from)
          expect(entry).toBe(runs[from]?.[next[from] ?? 0])
          const best = Math.max(...runs.map((_, i) => tips[i]?.[next[i] ?? 0] ?? -1))
          expect(tips[from]?.[next[from] ?? 0]).toBe(best)
          next[from] = (next[from] ?? 0) + 1
          given.push(entry)
        }
        expect(given).toHaveLength(tips.flat().length)
      }),
      { seed: 17 },
    )
  })
})
