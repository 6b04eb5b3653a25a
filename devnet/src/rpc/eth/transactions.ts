import { bytesToHex } from '@ethereumjs/util'
import type { SealedBlock } from '../../node/node.js'
import { address, hash, integer, uint64 } from '../codec.js'
import { formatReceipt } from '../format/receipt.js'
import { formatMinedTransaction, formatPooledTransaction } from '../format/transaction.js'
import { method, required } from '../method.js'
import { blockNumber } from '../params.js'
import { findBySenderAndNonce } from '../transactionLookup.js'

const transactionHash = required('hash', hash)
const number = required('block', blockNumber)
const blockHash = required('block hash', hash)
const index = required('index', integer(0, 2 ** 31))

function formatAt(sealed: SealedBlock | undefined, position: number) {
  const transaction = sealed?.transactions[position]
  return sealed && transaction ? formatMinedTransaction(transaction, sealed) : null
}

function rawAt(sealed: SealedBlock | undefined, position: number) {
  const transaction = sealed?.transactions[position]
  return transaction ? bytesToHex(transaction.tx.serialize()) : null
}

/** Transactions, mined or waiting, and their receipts. */
export const transactions = [
  method('eth_getTransactionByHash', [transactionHash], async ({ node }, wanted) => {
    const found = await node.transaction(wanted)
    if (!found) return null
    if ('pooled' in found) return formatPooledTransaction(found.pooled)
    return formatMinedTransaction(found.mined, found.in)
  }),
  method('eth_getTransactionReceipt', [transactionHash], async ({ node }, wanted) => {
    const found = await node.transaction(wanted)
    return found && 'mined' in found ? formatReceipt(found.mined, found.in) : null
  }),
  method(
    'eth_getTransactionByBlockNumberAndIndex',
    [number, index],
    async ({ node }, id, position) => formatAt(await node.block(id), position),
  ),
  method(
    'eth_getTransactionByBlockHashAndIndex',
    [blockHash, index],
    async ({ node }, wanted, position) => formatAt(await node.block({ hash: wanted }), position),
  ),
  method(
    ['eth_getRawTransactionByHash', 'debug_getRawTransaction'],
    [transactionHash],
    async ({ node }, wanted) => {
      const found = await node.transaction(wanted)
      if (!found) return null
      return bytesToHex(('mined' in found ? found.mined : found.pooled).tx.serialize())
    },
  ),
  method(
    'eth_getRawTransactionByBlockNumberAndIndex',
    [number, index],
    async ({ node }, id, position) => rawAt(await node.block(id), position),
  ),
  method(
    'eth_getRawTransactionByBlockHashAndIndex',
    [blockHash, index],
    async ({ node }, wanted, position) => rawAt(await node.block({ hash: wanted }), position),
  ),
  method(
    'eth_getTransactionBySenderAndNonce',
    [required('address', address), required('nonce', uint64)],
    async ({ node }, sender, nonce) => {
      const found = await findBySenderAndNonce(node, sender, nonce)
      if (!found) return null
      if ('pooled' in found) return formatPooledTransaction(found.pooled)
      return formatMinedTransaction(found.mined, found.in)
    },
  ),
  method('eth_pendingTransactions', [], ({ node }) =>
    node.pool().pending.map(formatPooledTransaction),
  ),
]
