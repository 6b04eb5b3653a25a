import type { Common } from '@ethereumjs/common'
import { createAddressFromString } from '@ethereumjs/util'
import { transactionOfJson } from '../json/transaction.js'
import type { Hex, PooledTransaction } from '../node.js'
import { withSender } from '../transaction.js'
import { isBytes, isHash, isQuantity } from './decode.js'
import { ForkError, RemoteAnswerError } from './errors.js'
import type { Remote } from './remote.js'

type Json = Readonly<Record<string, unknown>>

/** A block of a forked chain, as far as one of its transactions. */
export interface BegunBlock {
  readonly number: bigint
  readonly timestamp: bigint
  readonly gasLimit: bigint
  readonly coinbase: Hex
  readonly baseFee: bigint | undefined
  readonly prevRandao: Hex
  /** In the order of the block, in the words of JSON-RPC. */
  readonly transactions: readonly (Json & { readonly hash: Hex; readonly from: Hex })[]
}

/**
 * Asks a remote for the block of a transaction, up to it.
 * @throws ForkError when no block has it, and what asking the remote throws.
 */
export async function askBegunBlock(remote: Remote, hash: Hex): Promise<BegunBlock> {
  const found = (await remote.request('eth_getTransactionByHash', [hash])) as Json | null
  if (!found || !isHash(found.blockHash)) {
    throw new ForkError(`No block of the chain at ${remote.host} has the transaction ${hash}.`, {
      remedy: 'Name a transaction that was mined.',
    })
  }
  const answer = await remote.request('eth_getBlockByHash', [found.blockHash, true])
  const block = answer as Json | null
  const { number, timestamp, gasLimit, miner, baseFeePerGas, mixHash } = block ?? {}
  if (
    !isQuantity(number) ||
    !isQuantity(timestamp) ||
    !isQuantity(gasLimit) ||
    !isBytes(miner) ||
    !isHash(mixHash) ||
    !Array.isArray(block?.transactions)
  ) {
    throw new RemoteAnswerError(remote.host, 'eth_getBlockByHash', 'a block with its transactions')
  }
  const transactions = block.transactions as BegunBlock['transactions']
  const last = transactions.findIndex((transaction) => transaction?.hash === hash.toLowerCase())
  if (last === -1) {
    throw new RemoteAnswerError(remote.host, 'eth_getBlockByHash', `a block with ${hash}`)
  }
  return {
    number: BigInt(number),
    timestamp: BigInt(timestamp),
    gasLimit: BigInt(gasLimit),
    coinbase: miner,
    baseFee: isQuantity(baseFeePerGas) ? BigInt(baseFeePerGas) : undefined,
    prevRandao: mixHash,
    transactions: transactions.slice(0, last + 1),
  }
}

/** The transactions as a block takes them. @throws ForkError for what this node cannot read */
export function begunTransactions(
  { number, transactions }: BegunBlock,
  common: Common,
): PooledTransaction[] {
  return transactions.map((json) => {
    const { hash, from } = json
    try {
      const tx = withSender(transactionOfJson(json, common), createAddressFromString(from))
      return { tx, hash, from: from.toLowerCase() as Hex }
    } catch (cause) {
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new ForkError(`Transaction ${hash} of block ${number} cannot be read: ${reason}`, {
        cause,
      })
    }
  })
}
