import type { DemoClient } from '@lockstep/example-volatility/client'
import { execute } from '@lockstep/example-volatility/transaction'
import { parseEventLogs, type TransactionReceipt } from 'viem'
import { callbackPoolAbi, inlinePoolAbi, oracleAbi } from './abis.js'
import type { Pools } from './deploy.js'

/** What a trader asks for. */
export interface Order {
  readonly amountIn: bigint
  readonly minAmountOut: bigint
}

/** Swaps inline: one transaction, and it is done or has not happened. */
export async function swapInline(
  client: DemoClient,
  pools: Pools,
  { amountIn, minAmountOut }: Order,
): Promise<TransactionReceipt> {
  return execute(client, {
    address: pools.inline,
    abi: inlinePoolAbi,
    functionName: 'swap',
    args: [pools.tokens[1], amountIn, minAmountOut],
  })
}

/**
 * Asks for a swap: the answer comes in another transaction, which the trader does not send.
 * @param deadline From when on the trader may give up, seconds.
 */
export async function requestSwap(
  client: DemoClient,
  pools: Pools,
  { amountIn, minAmountOut }: Order,
  deadline: bigint,
): Promise<TransactionReceipt> {
  const value = await client.readContract({
    address: pools.oracle,
    abi: oracleAbi,
    functionName: 'FEE',
  })
  return execute(client, {
    address: pools.callback,
    abi: callbackPoolAbi,
    functionName: 'requestSwap',
    args: [pools.tokens[1], amountIn, minAmountOut, deadline],
    value,
  })
}

/** Gives up a swap. */
export async function cancelSwap(
  client: DemoClient,
  pools: Pools,
  request: bigint,
): Promise<TransactionReceipt> {
  return execute(client, {
    address: pools.callback,
    abi: callbackPoolAbi,
    functionName: 'cancel',
    args: [request],
  })
}

/** What the events of a receipt say of a swap. */
export function swapOf({ logs }: TransactionReceipt) {
  const events = parseEventLogs({ abi: callbackPoolAbi, logs })
  const find = <const Name extends string>(name: Name) =>
    events.find((event) => event.eventName === name)?.args as never
  return {
    swapped: find('Swapped') as
      | { amountOut: bigint; volatility: bigint; feePips: number }
      | undefined,
    requested: find('SwapRequested') as { request: bigint } | undefined,
    refunded: find('SwapRefunded') as { amountIn: bigint } | undefined,
  }
}
