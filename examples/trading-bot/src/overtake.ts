import type { DemoClient } from '@lockstep/example-volatility/client'
import { confirm } from '@lockstep/example-volatility/transaction'
import { parseGwei } from 'viem'
import { controlsOf } from './chain.js'
import { type Market, sendMove } from './market.js'

/**
 * Starts a trade, and lets the market move in the block that takes it, ahead of it: what happens to whoever decides on
 * one price and meets another.
 * @param price The other one.
 */
export async function overtake<T>(
  market: Market,
  { price, start }: { readonly price: number; readonly start: () => Promise<T> },
): Promise<T> {
  const chain = controlsOf(market.maker)
  const pending = nextPending(market.maker)
  await chain.setAutomine(false)
  try {
    const traded = start()
    // A trade that fails before it is sent ends the wait; one that fails in its block is the caller's to see.
    await Promise.race([pending.sent, traded])
    traded.catch(() => undefined)
    const tip = { maxFeePerGas: parseGwei('100'), maxPriorityFeePerGas: parseGwei('50') }
    const moves = await sendMove(market, price, tip)
    await mineAgain(chain)
    for (const hash of moves) await confirm(market.maker, hash)
    return await traded
  } finally {
    pending.stop()
    await chain.setAutomine(true)
  }
}

/** What waits, in one block by its tips, and from then on each transaction as it comes. */
async function mineAgain(chain: ReturnType<typeof controlsOf>): Promise<void> {
  await chain.setAutomine(true)
  await chain.mine({ blocks: 1 })
}

/** The next transaction that enters the node's pool. */
function nextPending(client: DemoClient): { readonly sent: Promise<void>; stop(): void } {
  let stop = () => {}
  const sent = new Promise<void>((resolve, reject) => {
    stop = client.watchPendingTransactions({ onTransactions: () => resolve(), onError: reject })
  })
  return { sent, stop }
}
