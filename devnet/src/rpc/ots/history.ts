import { address, integer, uint64 } from '../codec.js'
import { formatOtsReceipt } from '../format/otterscan.js'
import { formatMinedTransaction } from '../format/transaction.js'
import { method, required } from '../method.js'
import { findBySenderAndNonce } from '../transactionLookup.js'
import { appearancesIn } from './appearances.js'
import { blocksBackwards, type Page, searchAfter, searchBefore } from './search.js'

const owner = required('address', address)
const number = required('block number', uint64)
const size = required('page size', integer(0, 10_000))

/** Where addresses appear on the chain. */
export const otsHistory = [
  method(
    'ots_searchTransactionsBefore',
    [owner, number, size],
    async ({ node }, wanted, before, pageSize) =>
      formatPage(await searchBefore(node, wanted, before, pageSize)),
  ),
  method(
    'ots_searchTransactionsAfter',
    [owner, number, size],
    async ({ node }, wanted, after, pageSize) =>
      formatPage(await searchAfter(node, wanted, after, pageSize)),
  ),
  method(
    'ots_getTransactionBySenderAndNonce',
    [owner, required('nonce', uint64)],
    async ({ node }, sender, nonce) => {
      const found = await findBySenderAndNonce(node, sender, nonce)
      return found && 'mined' in found ? found.mined.hash : null
    },
  ),
  method('ots_getContractCreator', [owner], async ({ node }, wanted) => {
    for await (const sealed of blocksBackwards(node)) {
      const found = (await appearancesIn(node, sealed)).findLast(({ creators }) =>
        creators.has(wanted),
      )
      if (found) return { hash: found.mined.hash, creator: found.creators.get(wanted) }
    }
    return null
  }),
]

function formatPage({ found, isFirst, isLast }: Page) {
  return {
    txs: found.map(({ mined, in: sealed }) => formatMinedTransaction(mined, sealed)),
    receipts: found.map(({ mined, in: sealed }) => formatOtsReceipt(mined, sealed)),
    firstPage: isFirst,
    lastPage: isLast,
  }
}
