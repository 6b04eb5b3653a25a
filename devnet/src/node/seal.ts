import {
  Block,
  createBlockHeader,
  genRequestsRoot,
  genTransactionsTrieRoot,
  genWithdrawalsTrieRoot,
  type HeaderData,
} from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { MerklePatriciaTrie } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import type { TypedTransaction } from '@ethereumjs/tx'
import {
  type CLRequest,
  type CLRequestType,
  KECCAK256_RLP,
  type Withdrawal,
} from '@ethereumjs/util'
import { Bloom, encodeReceipt, type RunTxResult } from '@ethereumjs/vm'
import { sha256 } from 'viem'

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
export async function seal(
  data: HeaderData,
  results: BlockResults,
  common: Common,
): Promise<Block> {
  const transactions = [...results.transactions]
  const header = createBlockHeader(
    {
      ...data,
      stateRoot: results.stateRoot,
      transactionsTrie:
        transactions.length === 0 ? KECCAK256_RLP : await genTransactionsTrieRoot(transactions),
      receiptTrie: await receiptsRoot(results),
      logsBloom: logsBloom(results.results, common),
      gasUsed: results.gasUsed,
      extraData: results.extraData,
      ...(results.withdrawals?.length && {
        withdrawalsRoot: await genWithdrawalsTrieRoot([...results.withdrawals]),
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

async function receiptsRoot({ transactions, results }: BlockResults): Promise<Uint8Array> {
  if (results.length === 0) return KECCAK256_RLP
  const trie = new MerklePatriciaTrie()
  for (const [index, { receipt }] of results.entries()) {
    const type = transactions[index]?.type ?? 0
    await trie.put(RLP.encode(index), encodeReceipt(receipt, type))
  }
  return trie.root()
}

function logsBloom(results: readonly RunTxResult[], common: Common): Uint8Array {
  const bloom = new Bloom(undefined, common)
  for (const result of results) bloom.or(result.bloom)
  return bloom.bitvector
}
