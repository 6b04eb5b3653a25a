import { setImmediate } from 'node:timers/promises'
import type { BlockHeader, HeaderData } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import type { RunTxResult } from '@ethereumjs/vm'
import { BaseError, inferenceLeaf, inferenceRoot } from '@lockstep/precompile'
import { keccak256 } from 'viem'
import type { NamedSidecar } from './blobs/rows.js'
import { blockUnder } from './callTransaction.js'
import { depositContractOf } from './common.js'
import { PoolError, type PoolErrorReason } from './errors.js'
import { runTransaction } from './execute.js'
import { toLogs } from './logs.js'
import type {
  Hex,
  MinedTransaction,
  PooledTransaction,
  SealedBlock,
  TransactionInference,
} from './node.js'
import { minedTransaction } from './receipt.js'
import { seal } from './seal.js'
import { collectRequests, readDeposits, writeAncestry } from './systemCalls.js'
import { blobGas } from './transaction.js'
import { checkDemands, checkFunds } from './validate.js'
import type { View } from './view.js'
import type { Waivers } from './waiver.js'

/** What is settled about a block before its transactions run. */
export interface BlockTemplate {
  /** Of the block. */
  readonly rules: Common
  readonly parent: BlockHeader
  readonly timestamp: bigint
  readonly gasLimit: bigint
  readonly baseFee: bigint
  readonly coinbase: Hex
  readonly prevRandao: Uint8Array
  readonly waivers: Waivers
}

/** Transactions in the order in which a block takes them. */
export interface Candidates {
  next(): PooledTransaction | undefined
  /** Leaves out the rest of the sender whose transaction `next` gave last. */
  skipSender(): void
}

export interface BuiltBlock {
  readonly sealed: SealedBlock
  /** Blobs that came with its transactions. */
  readonly sidecars: readonly NamedSidecar[]
  /** Calldata of the calls to the console that its transactions made. */
  readonly consoleCalls: readonly Hex[]
  /** Transactions that can no longer be executed, and why. */
  readonly rejected: readonly { readonly hash: Hex; readonly error: PoolError }[]
}

/** Thrown when a transaction must be left out of the block, and the view with what was executed is spent. */
export class ExcludedTransactionError extends BaseError {
  override readonly name = 'ExcludedTransactionError'

  constructor(
    readonly hash: Hex,
    override readonly cause: Error,
  ) {
    super(`Transaction ${hash} cannot be in a block: ${cause.message}`, { cause })
  }
}

/** How long transactions execute one after another before others of this process get a turn. */
const longestTurnMs = 10

/** prevRandao of the block after `parent`: a function of the chain, so that building again gives the same block. */
export function nextPrevRandao(parent: BlockHeader): Uint8Array {
  return hexToBytes(keccak256(parent.hash()))
}

/**
 * Executes transactions one after another under one header, and seals the block.
 * The view must stand on the parent's state, and holds the block's state afterwards.
 * @throws ExcludedTransactionError when the block must be built again, on another view, without that transaction.
 */
export async function buildBlock(
  view: View,
  template: BlockTemplate,
  candidates: Candidates,
): Promise<BuiltBlock> {
  const data = await openBlock(view, template)
  const run = new BlockRun(view, data, template)
  let yielded = performance.now()
  for (let next = candidates.next(); next; next = candidates.next()) {
    if (!(await run.add(next))) candidates.skipSender()
    if (performance.now() - yielded > longestTurnMs) {
      await setImmediate()
      yielded = performance.now()
    }
  }
  return run.finish()
}

/** Writes what a block writes before its transactions, under a checkpoint. @returns its header so far. */
export async function openBlock(view: View, template: BlockTemplate): Promise<HeaderData> {
  await view.evm.journal.checkpoint()
  await writeAncestry(view, {
    number: template.parent.number + 1n,
    timestamp: template.timestamp,
    parentHash: template.parent.hash(),
    parentBeaconBlockRoot: new Uint8Array(32),
  })
  return templateHeader(view, template)
}

function templateHeader(view: View, template: BlockTemplate): HeaderData {
  const { parent } = template
  return {
    parentHash: parent.hash(),
    number: parent.number + 1n,
    timestamp: template.timestamp,
    gasLimit: template.gasLimit,
    coinbase: template.coinbase,
    baseFeePerGas: template.baseFee,
    ...(view.common.isActivatedEIP(4399) && { mixHash: template.prevRandao }),
    ...(view.common.isActivatedEIP(4844) && {
      excessBlobGas: parent.calcNextExcessBlobGas(view.common),
    }),
  }
}

/** A block in the making. */
class BlockRun {
  private readonly block
  private readonly transactions: TypedTransaction[] = []
  private readonly mined: MinedTransaction[] = []
  private readonly results: RunTxResult[] = []
  private readonly inferences: TransactionInference[] = []
  private readonly sidecars: NamedSidecar[] = []
  private readonly rejected: { hash: Hex; error: PoolError }[] = []
  private gasUsed = 0n
  private blobGasUsed = 0n
  private logCount = 0

  constructor(
    private readonly view: View,
    private readonly data: HeaderData,
    private readonly template: BlockTemplate,
  ) {
    this.block = blockUnder(data, view.common)
  }

  /** False when this transaction, and so the ones after it of its sender, cannot be in this block. */
  async add(pooled: PooledTransaction): Promise<boolean> {
    if (!this.fits(pooled.tx) || !(await this.executable(pooled))) return false
    const result = await this.execute(pooled)
    this.gasUsed += result.blockGasSpent
    this.blobGasUsed += blobGas(pooled.tx)
    const position = { index: this.mined.length, logIndex: this.logCount }
    this.mined.push(minedTransaction(pooled, result, this.block.header, position))
    this.logCount += result.receipt.logs.length
    this.transactions.push(pooled.tx)
    this.results.push(result)
    const { hash, sidecar } = pooled
    if (sidecar) this.sidecars.push({ transaction: hash, sidecar })
    this.inferences.push(...this.view.recorder.inferences)
    return true
  }

  async finish(): Promise<BuiltBlock> {
    const { view } = this
    const logs = this.mined.flatMap((transaction) => transaction.receipt.logs)
    const requests = await collectRequests(view, logs)
    if (view.recorder.fault) throw view.recorder.fault
    await view.evm.journal.commit()
    const block = seal(
      this.data,
      {
        transactions: this.transactions,
        results: this.results,
        stateRoot: await view.state.getStateRoot(),
        gasUsed: this.gasUsed,
        blobGasUsed: this.blobGasUsed,
        requests,
        extraData: inferenceCommitment(this.inferences),
      },
      view.common,
    )
    const sealed: SealedBlock = {
      hash: bytesToHex(block.hash()),
      block,
      transactions: this.mined,
      inferences: this.inferences,
    }
    const { rejected, sidecars } = this
    return { sealed, sidecars, consoleCalls: view.console.take(), rejected }
  }

  private fits(tx: TypedTransaction): boolean {
    if (tx.gasLimit > this.template.gasLimit - this.gasUsed) return false
    const blobs = blobGas(tx)
    if (blobs === 0n) return true
    return this.blobGasUsed + blobs <= this.view.common.getBlobGasSchedule().maxBlobGasPerBlock
  }

  private async executable({ tx, hash }: PooledTransaction): Promise<boolean> {
    const account = await this.view.state.getAccount(tx.getSenderAddress())
    const nonce = account?.nonce ?? 0n
    if (tx.nonce > nonce) return false
    try {
      if (tx.nonce < nonce) throw new PoolError('nonceTooLow', `next is ${nonce}, got ${tx.nonce}`)
      checkDemands(tx, {
        gasLimit: this.template.gasLimit,
        baseFee: this.template.baseFee,
        blobBaseFee: blobGas(tx) > 0n ? this.block.header.getBlobGasPrice() : 0n,
      })
      checkFunds(tx, account)
      return true
    } catch (error) {
      if (!(error instanceof PoolError)) throw error
      if (!this.mayComeLater(error.reason)) {
        this.rejected.push({ hash, error })
      }
      return false
    }
  }

  /** Whether what keeps a transaction out of this block may be otherwise in a later one. */
  private mayComeLater(reason: PoolErrorReason): boolean {
    if (reason === 'insufficientFunds') return this.template.waivers.has('poolBalance')
    return reason === 'feeTooLow' || reason === 'blobFeeTooLow'
  }

  private async execute({ tx, hash }: PooledTransaction): Promise<RunTxResult> {
    try {
      const result = await runTransaction(this.view, tx, this.block, {
        transactionIndex: this.mined.length,
        blockGasUsed: this.gasUsed,
        checksNonce: true,
      })
      if (this.view.common.isActivatedEIP(6110)) {
        readDeposits(toLogs(result.receipt.logs, 0, 0), depositContractOf(this.view.common))
      }
      return result
    } catch (error) {
      throw new ExcludedTransactionError(hash, error as Error)
    }
  }
}

/** What the block's `extraData` says of its inferences: their root, or nothing where there are none. */
export function inferenceCommitment(inferences: readonly TransactionInference[]): Uint8Array {
  const root = inferenceRoot(inferences.map(inferenceLeaf))
  return root ? hexToBytes(root) : new Uint8Array()
}
