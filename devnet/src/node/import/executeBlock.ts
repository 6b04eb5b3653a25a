import type { Block } from '@ethereumjs/block'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex } from '@ethereumjs/util'
import { type RunBlockResult, runBlock } from '@ethereumjs/vm'
import { NodeFaultError } from '@lockstep/precompile'
import { inferenceCommitment } from '../build.js'
import type { MinedTransaction, SealedBlock, TransactionInference } from '../node.js'
import { minedTransaction } from '../receipt.js'
import type { View } from '../view.js'
import { demandEqual, InvalidBlockError } from './errors.js'
import { demandSame } from './verifyHeader.js'

/**
 * Executes a block on the state of its parent, and compares what comes out with its header. The view holds the
 * block's state afterwards, and nothing to keep where this throws.
 * @throws InvalidBlockError, NodeFaultError
 */
export async function executeBlock(
  view: View,
  block: Block,
  isLockstep: boolean,
): Promise<SealedBlock> {
  const inferences = collectInferences(view)
  const result = await run(view, block)
  const { header } = block
  demandEqual('gasUsed', header.gasUsed, result.gasUsed)
  demandSame('receipts root', header.receiptTrie, result.receiptsRoot)
  demandSame('logs bloom', header.logsBloom, result.logsBloom)
  if (result.requestsHash) demandSame('requests hash', header.requestsHash, result.requestsHash)
  demandSame('state root', header.stateRoot, result.stateRoot)
  if (isLockstep) demandSame('extraData', header.extraData, inferenceCommitment(inferences))
  const transactions = minedTransactions(block, result)
  return { hash: bytesToHex(block.hash()), block, transactions, inferences }
}

async function run(view: View, block: Block): Promise<RunBlockResult> {
  try {
    // `generate` computes what the header should say, and leaves comparing it to us.
    return await runBlock(view.vm, { block, generate: true, skipBlockValidation: true })
  } catch (cause) {
    if (view.recorder.fault) throw view.recorder.fault
    if (cause instanceof NodeFaultError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InvalidBlockError(`it cannot be executed: ${reason}`, { cause })
  } finally {
    view.state.reveal()
  }
}

/** Follows the transactions of the block that runs next; the list fills while it runs. */
function collectInferences(view: View): TransactionInference[] {
  const { recorder, state, vm } = view
  const inferences: TransactionInference[] = []
  let index = 0
  vm.events.on('beforeTx', (tx: TypedTransaction, next?: (error?: Error) => void) => {
    recorder.begin(index++)
    state.disguise(tx.getSenderAddress()).then(() => next?.(), next)
  })
  vm.events.on('afterTx', () => {
    inferences.push(...recorder.inferences)
  })
  return inferences
}

function minedTransactions(block: Block, { results }: RunBlockResult): MinedTransaction[] {
  let logIndex = 0
  return block.transactions.map((tx, index) => {
    const result = results[index] as RunBlockResult['results'][number]
    const pooled = { hash: bytesToHex(tx.hash()), tx, from: tx.getSenderAddress().toString() }
    const mined = minedTransaction(pooled, result, block.header, { index, logIndex })
    logIndex += mined.receipt.logs.length
    return mined
  })
}
