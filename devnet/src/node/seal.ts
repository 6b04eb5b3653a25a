import { Block, createBlockHeader, genRequestsRoot, type HeaderData } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import type { TypedTransaction } from '@ethereumjs/tx'
import type { CLRequest, CLRequestType, Withdrawal } from '@ethereumjs/util'
import { Bloom, encodeReceipt, type RunTxResult } from '@ethereumjs/vm'
import { sha256 } from 'viem'
import { listRoot } from './trie/list.js'

/** What executing a block gave, from which its header follows. */
export interface BlockResults {
  readonly transactions: readonly TypedTransaction[]
  readonly results: readonly RunTxResult[]
  readonly stateRoot: Uint8Array
  readonly gasUsed: bigint
  readonly blobGasUsed: bigint
  readonly requests: readonly CLRequest<CLRequestType>[]
  /** Root of the block's inferences; empty where it made none. */
  readonly extraData: Uint8Array
  /** Default: none. */
  readonly withdrawals?: readonly Withdrawal[]
}

/** Completes the header that the transactions ran under, and freezes the block. */
export function seal(data: HeaderData, results: BlockResults, common: Common): Block {
  const transactions = [...results.transactions]
  const header = createBlockHeader(
    {
      ...data,
      stateRoot: results.stateRoot,
      transactionsTrie: listRoot(transactions.map((tx) => tx.serialize())),
      receiptTrie: receiptsRoot(results),
      logsBloom: logsBloom(results.results, common),
      gasUsed: results.gasUsed,
      extraData: results.extraData,
      ...(results.withdrawals?.length && {
        withdrawalsRoot: listRoot(results.withdrawals.map((entry) => RLP.encode(entry.raw()))),
      }),
      ...(common.isActivatedEIP(4844) && { blobGasUsed: results.blobGasUsed }),
      ...(common.isActivatedEIP(7685) && {
        requestsHash: genRequestsRoot([...results.requests], (bytes) => sha256(bytes, 'bytes')),
      }),
    },
    { common },
  )
  const withdrawals = common.isActivatedEIP(4895) ? [...(results.withdrawals ?? [])] : undefined
  return new Block(header, transactions, [], withdrawals, { common })
}

/** Root of the trie of what the transactions of a block gave. */
export function receiptsRoot({
  transactions,
  results,
}: Pick<BlockResults, 'transactions' | 'results'>): Uint8Array {
  return listRoot(
    results.map(({ receipt }, index) => encodeReceipt(receipt, transactions[index]?.type ?? 0)),
  )
}

/** Bloom filter of everything that a block logs. */
export function logsBloom(results: readonly RunTxResult[], common: Common): Uint8Array {
  const bloom = new Bloom(undefined, common)
  for (const result of results) bloom.or(result.bloom)
  return bloom.bitvector
}
