import type { Block, BlockHeader, HeaderData } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { isBlob4844Tx, type TypedTransaction } from '@ethereumjs/tx'
import {
  bigIntMax,
  bigIntMin,
  bytesToHex,
  createAddressFromString,
  createWithdrawal,
  type Withdrawal,
} from '@ethereumjs/util'
import type { RunTxResult } from '@ethereumjs/vm'
import { inferenceCommitment } from '../build.js'
import { blockUnder } from '../callTransaction.js'
import { withoutGasCap } from '../common.js'
import { runTransaction } from '../execute.js'
import { nextBaseFee } from '../fees.js'
import type { Ledger } from '../ledger.js'
import { toLogs } from '../logs.js'
import type {
  CallRequest,
  Hex,
  Log,
  MinedTransaction,
  PooledTransaction,
  TransactionInference,
} from '../node.js'
import { minedTransaction } from '../receipt.js'
import { seal } from '../seal.js'
import type { Standpoint } from '../standpoint.js'
import { toWord } from '../state.js'
import { collectRequests, writeAncestry } from '../systemCalls.js'
import type { Budget } from '../trace/budget.js'
import { ExecutionRecorder } from '../trace/recorder.js'
import { blobGas, maxGasPrice } from '../transaction.js'
import type { View } from '../view.js'
import { withdraw } from '../withdraw.js'
import { checkSimulated } from './check.js'
import { SimulationError } from './errors.js'
import { type PlacedBlock, placeBlocks } from './sequence.js'
import type { SimulatedCall, SimulatedResult, Simulation } from './simulation.js'
import { applyState, keepWarm, type Precompiles } from './state.js'
import { simulatedTransaction, unsignedHash } from './transaction.js'
import { logsWithTransfers } from './transfers.js'

/** Gas that one request may execute, as with geth. */
const gasOfRequest = 50_000_000n

/** What the blocks of one request share. */
interface Run {
  readonly simulation: Simulation
  readonly budget: Budget
  gasLeft: bigint
}

/**
 * Executes blocks after a standpoint, and seals each as the chain would.
 * @throws SimulationError, TraceLimitError, NodeFaultError
 */
export async function simulate(
  ledger: Ledger,
  at: Standpoint,
  simulation: Simulation,
  budget: Budget,
): Promise<SimulatedResult[]> {
  const run: Run = { simulation, budget, gasLeft: gasOfRequest }
  const hashes = new Map<bigint, Uint8Array>()
  const results: SimulatedResult[] = []
  let parent = at.header
  let view = await at.open()
  let precompiles: Precompiles = new Map()
  for (const placed of placeBlocks(simulation.blocks, at.header)) {
    const { number, timestamp } = placed
    const rules = withoutGasCap(ledger.rules.at({ number, timestamp, isMerged: true }))
    if (parent === at.header || rules.hardfork() !== view.common.hardfork()) {
      const blockHash = async (height: bigint) => hashes.get(height) ?? ledger.chain.hashAt(height)
      view = await view.fork({ common: rules, blockHash })
      precompiles = keepWarm(view)
    }
    const result = await new SimulatedRun(view, precompiles, placed, parent, run).execute()
    results.push(result)
    parent = result.sealed.block.header
    hashes.set(number, result.sealed.block.hash())
    await budget.yield()
  }
  return results
}

/** One simulated block. */
class SimulatedRun {
  private readonly data: HeaderData
  private readonly common: Common
  private readonly mined: MinedTransaction[] = []
  private readonly inferences: TransactionInference[] = []
  private readonly results: RunTxResult[] = []
  private readonly calls: SimulatedCall[] = []
  private readonly tracer: ExecutionRecorder | undefined
  private gasUsed = 0n
  private blobGasUsed = 0n
  private logCount = 0

  constructor(
    private readonly view: View,
    private readonly precompiles: Precompiles,
    private readonly placed: PlacedBlock,
    private readonly parent: BlockHeader,
    private readonly run: Run,
  ) {
    this.common = view.common
    this.data = this.headerData()
    if (run.simulation.tracesTransfers) {
      this.tracer = new ExecutionRecorder(view.evm, run.budget)
      this.tracer.attach()
    }
  }

  async execute(): Promise<SimulatedResult> {
    const { view, placed } = this
    await applyState(view, placed.block.state, this.precompiles)
    await writeAncestry(view, {
      number: placed.number,
      timestamp: placed.timestamp,
      parentHash: this.parent.hash(),
      parentBeaconBlockRoot: toWord(placed.block.overrides.beaconRoot ?? '0x'),
    })
    for (const call of placed.block.calls) {
      await this.call(call)
      if (this.run.budget.isTurnOver()) await this.run.budget.yield()
    }
    const block = await this.seal()
    const sealed = {
      hash: bytesToHex(block.hash()),
      block,
      transactions: this.mined,
      inferences: this.inferences,
    }
    return { sealed, calls: this.calls }
  }

  private headerData(): HeaderData {
    const { parent, common } = this
    const { number, timestamp, block } = this.placed
    const { overrides } = block
    const { validates } = this.run.simulation
    const baseFee = overrides.baseFee ?? (validates ? nextBaseFee(parent, common) : 0n)
    return {
      parentHash: parent.hash(),
      number,
      timestamp,
      gasLimit: overrides.gasLimit ?? parent.gasLimit,
      coinbase: overrides.coinbase ?? parent.coinbase,
      ...(overrides.prevRandao && { mixHash: overrides.prevRandao }),
      ...(common.isActivatedEIP(1559) && { baseFeePerGas: baseFee }),
      ...(common.isActivatedEIP(4844) && { excessBlobGas: parent.calcNextExcessBlobGas(common) }),
      ...(common.isActivatedEIP(4788) && {
        parentBeaconBlockRoot: toWord(overrides.beaconRoot ?? '0x'),
      }),
    }
  }

  private async call(request: CallRequest): Promise<void> {
    const from = request.from ?? `0x${'00'.repeat(20)}`
    const tx = simulatedTransaction(
      request,
      { from, nonce: request.nonce ?? (await this.nonceOf(from)), gasLimit: this.gasOf(request) },
      this.common,
    )
    const block = this.seenBy(tx)
    await checkSimulated(this.view, tx, block, this.run.simulation.validates)
    this.tracer?.begin()
    const result = await runTransaction(this.view, tx, block, {
      transactionIndex: this.mined.length,
      blockGasUsed: this.gasUsed,
    })
    this.keep({ hash: unsignedHash(tx), tx, from }, result, block.header)
  }

  private async nonceOf(from: Hex): Promise<bigint> {
    return (await this.view.state.getAccount(createAddressFromString(from)))?.nonce ?? 0n
  }

  /** @throws SimulationError when the block has less left than the call asks for. */
  private gasOf(request: CallRequest): bigint {
    const limit = this.data.gasLimit as bigint
    const left = limit - this.gasUsed
    const asked = request.gas ?? left
    if (asked > left) {
      const text = `block gas limit reached: ${this.gasUsed} + ${asked} > ${limit}`
      throw new SimulationError('blockGasLimit', text)
    }
    return bigIntMin(asked, this.run.gasLeft)
  }

  /** The block as a transaction sees it: without a price it pays nothing, and the base fee is 0. */
  private seenBy(tx: TypedTransaction): Block {
    const isFree = !this.run.simulation.validates && maxGasPrice(tx) === 0n
    const data = isFree && this.data.baseFeePerGas ? { ...this.data, baseFeePerGas: 0n } : this.data
    const hasNoBlobPrice =
      isFree || (isBlob4844Tx(tx) && tx.maxFeePerBlobGas === 0n && !this.run.simulation.validates)
    const price = this.placed.block.overrides.blobBaseFee ?? (hasNoBlobPrice ? 0n : undefined)
    return blockUnder(data, this.common, this.common.isActivatedEIP(4844) ? price : undefined)
  }

  private keep(sent: PooledTransaction, result: RunTxResult, header: BlockHeader): void {
    const { tx } = sent
    const { exceptionError, returnValue, executionGasUsed } = result.execResult
    const logs = this.logsOf(result)
    const spent = executionGasUsed + tx.getIntrinsicGas()
    this.gasUsed += result.totalGasSpent
    this.run.gasLeft -= result.totalGasSpent
    this.blobGasUsed += blobGas(tx)
    this.calls.push({
      success: exceptionError === undefined,
      returnData: bytesToHex(returnValue),
      gasUsed: result.totalGasSpent,
      maxUsedGas: bigIntMax(spent, result.totalGasSpent),
      exception: exceptionError?.error,
      logs,
    })
    const position = { index: this.mined.length, logIndex: this.logCount }
    this.logCount += logs.length
    this.mined.push(minedTransaction(sent, result, header, position))
    this.inferences.push(...this.view.recorder.inferences)
    this.results.push(result)
  }

  private logsOf({ execResult, receipt }: RunTxResult): Log[] {
    if (execResult.exceptionError) return []
    const position = this.mined.length
    const { frame } = this.tracer ?? {}
    if (!frame) return toLogs(receipt.logs, position, this.logCount)
    return logsWithTransfers(frame).map((log, index) => ({
      ...log,
      logIndex: this.logCount + index,
      transactionIndex: position,
    }))
  }

  private async seal(): Promise<Block> {
    const { view, results } = this
    const withdrawals = await this.withdraw()
    const logs = results.flatMap(({ receipt }) => toLogs(receipt.logs, 0, 0))
    const requests = await collectRequests(view, logs)
    if (view.recorder.fault) throw view.recorder.fault
    return seal(
      this.data,
      {
        transactions: this.mined.map(({ tx }) => tx),
        results,
        stateRoot: await view.state.getStateRoot(),
        gasUsed: this.gasUsed,
        blobGasUsed: this.blobGasUsed,
        requests,
        extraData: inferenceCommitment(this.inferences),
        withdrawals,
      },
      this.common,
    )
  }

  private async withdraw(): Promise<Withdrawal[]> {
    const { withdrawals = [] } = this.placed.block.overrides
    const made = withdrawals.map((entry) => createWithdrawal(entry))
    await withdraw(this.view, made)
    return made
  }
}
