import { connect, type DemoClient } from '@lockstep/example-volatility/client'
import { onDevnet } from '@lockstep/example-volatility/onDevnet'
import { readDailyPrices, simpleReturns, WINDOW } from '@lockstep/example-volatility/prices'
import { fromWad } from '@lockstep/sdk'
import { formatEther, parseEther, type TransactionReceipt } from 'viem'
import { deployPools, pushReturn } from './deploy.js'
import { contractLines } from './lines.js'
import { answerRequest } from './operator.js'
import { requestSwap, swapInline, swapOf } from './swap.js'

await onDevnet(async (rpcUrl) => run(await connect(rpcUrl)))

/** The crash of March 2020: a calm window, and the day that ends it. */
async function run(client: DemoClient): Promise<void> {
  const [, operator = client.account.address] = await client.getAddresses()
  const pools = await deployPools(client, operator)
  const returns = simpleReturns(readDailyPrices().map(({ close }) => close))
  for (const dailyReturn of returns.slice(0, WINDOW)) await pushReturn(client, pools, dailyReturn)

  const order = { amountIn: parseEther('1000'), minAmountOut: 0n }
  const { timestamp } = await client.getBlock()
  const requested = await requestSwap(client, pools, order, timestamp + 3600n)
  // Between the question and the answer, the market falls by a tenth.
  await pushReturn(client, pools, -0.1)
  const answered = await answerRequest(client, pools.oracle, operator, requested)
  const inline = await swapInline(client, pools, order)

  const rows = [
    ['', 'callback', 'inline'],
    ['contract, lines of code', contractLines('CallbackPool'), contractLines('InlinePool')],
    ['transactions', 2, 1],
    ['gas', requested.gasUsed + answered.gasUsed, inline.gasUsed],
    ['volatility that set the fee', volatility(answered), volatility(inline)],
    ['fee', fee(answered), fee(inline)],
    ['received', received(answered), received(inline)],
  ]
  for (const [what = '', ...cells] of rows) {
    console.log(
      `${String(what).padEnd(30)}${cells.map((cell) => String(cell).padStart(14)).join('')}`,
    )
  }
  console.log(
    '\nThe market fell by 10 % after the order: the callback charged for the calm before it.',
  )
}

function volatility(receipt: TransactionReceipt): string {
  return `${(100 * Number(fromWad(swapOf(receipt).swapped?.volatility ?? 0n))).toFixed(2)} %`
}

function fee(receipt: TransactionReceipt): string {
  return `${((swapOf(receipt).swapped?.feePips ?? 0) / 10_000).toFixed(3)} %`
}

function received(receipt: TransactionReceipt): string {
  return Number(formatEther(swapOf(receipt).swapped?.amountOut ?? 0n)).toFixed(3)
}
