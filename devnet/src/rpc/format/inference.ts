import type { SealedBlock, TransactionInference } from '../../node/node.js'
import { toQuantity } from './quantity.js'

/** An inference of a block, as lockstep_getInferences gives it. */
export function formatInference(inference: TransactionInference, sealed: SealedBlock) {
  const { gasUsed, transactionIndex, callIndex, depth, ...rest } = inference
  const { block, transactions } = sealed
  return {
    ...rest,
    gasUsed: toQuantity(gasUsed),
    transactionHash: transactions[transactionIndex]?.hash ?? null,
    transactionIndex: toQuantity(transactionIndex),
    callIndex: toQuantity(callIndex),
    depth: toQuantity(depth),
    blockNumber: toQuantity(block.header.number),
    blockHash: sealed.hash,
  }
}
