import type { DemoClient } from '@lockstep/example-volatility/client'
import { execute } from '@lockstep/example-volatility/transaction'
import { type Address, parseEventLogs, type TransactionReceipt } from 'viem'
import { oracleAbi } from './abis.js'

/**
 * What an operator of the oracle does about a request: runs the model, and sends the answer in a transaction of its own.
 * @param requested Receipt of the transaction that asked.
 */
export async function answerRequest(
  client: DemoClient,
  oracle: Address,
  operator: Address,
  requested: TransactionReceipt,
): Promise<TransactionReceipt> {
  const [event] = parseEventLogs({ abi: oracleAbi, eventName: 'Requested', logs: requested.logs })
  if (!event) return requested
  const { request, model, x } = event.args
  const y = await client.inference.infer({ model, x })
  return execute(client, {
    account: operator,
    address: oracle,
    abi: oracleAbi,
    functionName: 'answer',
    args: [request, y],
  })
}
