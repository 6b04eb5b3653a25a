import type { Hex, PooledTransaction } from '../node/node.js'
import { maxGasPrice } from '../node/transaction.js'
import { address } from './codec.js'
import { toQuantity } from './format/quantity.js'
import { formatPooledTransaction } from './format/transaction.js'
import { method, required } from './method.js'

/** What waits: `pending` may enter the next block, `queued` waits for a nonce before it. */
export const txpool = [
  method('txpool_status', [], ({ node }) => {
    const { pending, queued } = node.pool()
    return { pending: toQuantity(pending.length), queued: toQuantity(queued.length) }
  }),
  method('txpool_content', [], ({ node }) => {
    const { pending, queued } = node.pool()
    return {
      pending: bySender(pending, formatPooledTransaction),
      queued: bySender(queued, formatPooledTransaction),
    }
  }),
  method('txpool_contentFrom', [required('address', address)], ({ node }, sender) => {
    const { pending, queued } = node.pool()
    return {
      pending: bySender(pending, formatPooledTransaction)[sender] ?? {},
      queued: bySender(queued, formatPooledTransaction)[sender] ?? {},
    }
  }),
  method('txpool_inspect', [], ({ node }) => {
    const { pending, queued } = node.pool()
    return { pending: bySender(pending, summary), queued: bySender(queued, summary) }
  }),
]

function bySender<T>(
  transactions: readonly PooledTransaction[],
  show: (transaction: PooledTransaction) => T,
): Record<Hex, Record<string, T>> {
  const senders: Record<Hex, Record<string, T>> = {}
  for (const transaction of transactions) {
    senders[transaction.from] ??= {}
    const ofSender = senders[transaction.from] as Record<string, T>
    ofSender[transaction.tx.nonce.toString()] = show(transaction)
  }
  return senders
}

/** One line, in the words that geth and Anvil use. */
function summary({ tx }: PooledTransaction): string {
  const to = tx.to?.toString() ?? 'contract creation'
  return `${to}: ${tx.value} wei + ${tx.gasLimit} gas × ${maxGasPrice(tx)} wei`
}
