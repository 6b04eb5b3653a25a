import type { Block } from '@ethereumjs/block'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex } from '@ethereumjs/util'
import { type InferenceTensors, NodeFaultError } from '@lockstep/precompile'
import { inferenceCommitment } from '../build.js'
import type { MinedTransaction, SealedBlock, TransactionInference } from '../node.js'
import { minedTransaction } from '../receipt.js'
import type { View } from '../view.js'
import { applyBlock, applyWhole, type BlockOutcome } from './applyBlock.js'
import { UnexecutableBlockError } from './errors.js'

/** Where a header says something else than what came out of executing its block. */
export interface HeaderDifference {
  /** As messages name it: `state root`. */
  readonly field: string
  readonly header: string
  readonly executed: string
}

/** A block as executing it gave it. */
export interface ExecutedBlock {
  readonly sealed: SealedBlock
  /** None for a block that may follow its parent. */
  readonly differences: readonly HeaderDifference[]
  /** Of each inference, where they were asked for. */
  readonly tensors: readonly InferenceTensors[]
}

export interface ExecuteOptions {
  /** Whether the header commits to the block's inferences. */
  readonly isLockstep: boolean
  /** Whether to keep what models were given and gave. Default: no. */
  readonly keepsTensors?: boolean
  /** Whether to read of the state everything that another client reads, even what changes nothing. Default: no. */
  readonly readsAll?: boolean
}

/**
 * Executes a block on the state of its parent, and compares what comes out with its header. The view holds the
 * block's state afterwards, and nothing to keep where something differs or this throws.
 * @throws UnexecutableBlockError, NodeFaultError
 */
export async function executeBlock(
  view: View,
  block: Block,
  { isLockstep, keepsTensors = false, readsAll = false }: ExecuteOptions,
): Promise<ExecutedBlock> {
  view.recorder.keepsTensors = keepsTensors
  const made = collectInferences(view)
  const result = await run(view, block, made, readsAll)
  const { inferences, tensors } = made
  const transactions = minedTransactions(block, result)
  return {
    sealed: { hash: bytesToHex(block.hash()), block, transactions, inferences },
    differences: differencesOf(block, result, isLockstep ? inferences : undefined),
    tensors,
  }
}

type Value = bigint | Uint8Array | undefined
type ComparedField = readonly [field: string, header: Value, executed: Value]

/** @param inferences undefined where the header does not speak of them. */
function differencesOf(
  { header }: Block,
  result: BlockOutcome,
  inferences: readonly TransactionInference[] | undefined,
): HeaderDifference[] {
  const fields: ComparedField[] = [
    ['gasUsed', header.gasUsed, result.gasUsed],
    ['receipts root', header.receiptTrie, result.receiptsRoot],
    ['logs bloom', header.logsBloom, result.logsBloom],
    ['state root', header.stateRoot, result.stateRoot],
  ]
  if (result.requestsHash) fields.push(['requests hash', header.requestsHash, result.requestsHash])
  if (inferences) fields.push(['extraData', header.extraData, inferenceCommitment(inferences)])
  return fields.flatMap(([field, given, executed]) => {
    const [said, came] = [textOf(given), textOf(executed)]
    return said === came ? [] : [{ field, header: said, executed: came }]
  })
}

function textOf(value: Value): string {
  if (value === undefined) return 'missing'
  return typeof value === 'bigint' ? String(value) : bytesToHex(value)
}

/** What the transactions of a block asked of models, in order of execution. */
interface MadeInferences {
  readonly inferences: TransactionInference[]
  readonly tensors: InferenceTensors[]
}

async function run(
  view: View,
  block: Block,
  made: MadeInferences,
  readsAll: boolean,
): Promise<BlockOutcome> {
  try {
    const result = await (readsAll ? applyWhole(view, block) : applyBlock(view, block))
    if (view.recorder.fault) throw view.recorder.fault
    return result
  } catch (cause) {
    if (view.recorder.fault) throw view.recorder.fault
    if (cause instanceof NodeFaultError) throw cause
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UnexecutableBlockError(reason, made, { cause })
  } finally {
    view.state.reveal()
  }
}

/** Follows the transactions of the block that runs next; the lists fill while it runs. */
function collectInferences(view: View): MadeInferences {
  const { recorder, state, vm } = view
  const made: MadeInferences = { inferences: [], tensors: [] }
  let index = 0
  vm.events.on('beforeTx', (tx: TypedTransaction, next?: (error?: Error) => void) => {
    recorder.begin(index++)
    state.disguise(tx.getSenderAddress()).then(() => next?.(), next)
  })
  vm.events.on('afterTx', () => {
    made.inferences.push(...recorder.inferences)
    made.tensors.push(...recorder.tensors)
  })
  return made
}

function minedTransactions(block: Block, { results }: BlockOutcome): MinedTransaction[] {
  let logIndex = 0
  return block.transactions.map((tx, index) => {
    const result = results[index] as BlockOutcome['results'][number]
    const pooled = { hash: bytesToHex(tx.hash()), tx, from: tx.getSenderAddress().toString() }
    const mined = minedTransaction(pooled, result, block.header, { index, logIndex })
    logIndex += mined.receipt.logs.length
    return mined
  })
}
