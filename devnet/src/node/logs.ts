import type { Log as EvmLog } from '@ethereumjs/evm'
import { bytesToHex } from '@ethereumjs/util'
import type { Log } from './node.js'

/**
 * Logs of one transaction.
 * @param transactionIndex position of the transaction in its block.
 * @param firstLogIndex logs that the block holds before this transaction.
 */
export function toLogs(
  logs: readonly EvmLog[] | undefined,
  transactionIndex: number,
  firstLogIndex: number,
): Log[] {
  return (logs ?? []).map(([address, topics, data], index) => ({
    address: bytesToHex(address),
    topics: topics.map((topic) => bytesToHex(topic)),
    data: bytesToHex(data),
    logIndex: firstLogIndex + index,
    transactionIndex,
  }))
}
