import type { BlockHeader } from '@ethereumjs/block'
import { bytesToHex } from '@ethereumjs/util'
import type { Hex, SealedBlock } from '../../node/node.js'
import { toQuantity } from './quantity.js'
import { formatMinedTransaction } from './transaction.js'

/** A header as eth_getHeaderByNumber gives it: the block without what it holds. */
export function formatHeader({ hash, block: { header } }: SealedBlock) {
  return {
    hash,
    parentHash: bytesToHex(header.parentHash),
    sha3Uncles: bytesToHex(header.uncleHash),
    miner: header.coinbase.toString() as Hex,
    stateRoot: bytesToHex(header.stateRoot),
    transactionsRoot: bytesToHex(header.transactionsTrie),
    receiptsRoot: bytesToHex(header.receiptTrie),
    logsBloom: bytesToHex(header.logsBloom),
    difficulty: toQuantity(header.difficulty),
    number: toQuantity(header.number),
    gasLimit: toQuantity(header.gasLimit),
    gasUsed: toQuantity(header.gasUsed),
    timestamp: toQuantity(header.timestamp),
    extraData: bytesToHex(header.extraData),
    mixHash: bytesToHex(header.mixHash),
    nonce: bytesToHex(header.nonce),
    ...forkFieldsOf(header),
  }
}

/** Each belongs to the hardfork that brought it; older chains do not show it. */
function forkFieldsOf(header: BlockHeader) {
  const { baseFeePerGas, withdrawalsRoot, blobGasUsed, excessBlobGas } = header
  const { parentBeaconBlockRoot, requestsHash } = header
  return {
    ...(baseFeePerGas === undefined ? {} : { baseFeePerGas: toQuantity(baseFeePerGas) }),
    ...(withdrawalsRoot && { withdrawalsRoot: bytesToHex(withdrawalsRoot) }),
    ...(blobGasUsed === undefined ? {} : { blobGasUsed: toQuantity(blobGasUsed) }),
    ...(excessBlobGas === undefined ? {} : { excessBlobGas: toQuantity(excessBlobGas) }),
    ...(parentBeaconBlockRoot && { parentBeaconBlockRoot: bytesToHex(parentBeaconBlockRoot) }),
    ...(requestsHash && { requestsHash: bytesToHex(requestsHash) }),
  }
}

/** @param fullTransactions whether to give transactions whole, or their hashes alone. */
export function formatBlock(sealed: SealedBlock, fullTransactions: boolean) {
  const { block, transactions } = sealed
  return {
    ...formatHeader(sealed),
    size: toQuantity(block.serialize().length),
    uncles: [],
    transactions: fullTransactions
      ? transactions.map((transaction) => formatMinedTransaction(transaction, sealed))
      : transactions.map(({ hash }) => hash),
    ...(block.withdrawals && { withdrawals: block.withdrawals.map((entry) => entry.toJSON()) }),
  }
}
