import type { Hex, Log, SealedBlock } from '../../node/node.js'
import { toQuantity } from './quantity.js'

/** A log as eth_getLogs and receipts give it. */
export interface RpcLog {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
  readonly blockHash: Hex
  readonly blockNumber: Hex
  readonly blockTimestamp: Hex
  readonly transactionHash: Hex
  readonly transactionIndex: Hex
  readonly logIndex: Hex
  readonly removed: boolean
}

/**
 * @param transactionHash of the transaction that wrote the log.
 * @param removed whether its block has left the chain.
 */
export function formatLog(
  log: Log,
  transactionHash: Hex,
  sealed: SealedBlock,
  removed = false,
): RpcLog {
  const { header } = sealed.block
  return {
    address: log.address,
    topics: log.topics,
    data: log.data,
    blockHash: sealed.hash,
    blockNumber: toQuantity(header.number),
    blockTimestamp: toQuantity(header.timestamp),
    transactionHash,
    transactionIndex: toQuantity(log.transactionIndex),
    logIndex: toQuantity(log.logIndex),
    removed,
  }
}
