import type { Block } from '@ethereumjs/block'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex } from '@ethereumjs/util'
import type { RunTxResult } from '@ethereumjs/vm'
import type { Hex } from '../node.js'
import type { View } from '../view.js'
import type { Budget } from './budget.js'
import { readTouched, type TouchedAccount, touchedBy } from './changes.js'
import type { Frame } from './frame.js'
import { ExecutionRecorder, type StepOptions } from './recorder.js'

/** What to keep of an execution beside its frames. */
export interface TraceOptions {
  /** Opcodes; none without it. */
  readonly steps?: StepOptions
  /** Accounts before and after. */
  readonly accounts?: boolean
  /** After this long the trace is given up. Default, and most: 60,000. */
  readonly timeoutMs?: number
}

/** What one execution did. */
export interface Trace {
  readonly frame: Frame
  readonly success: boolean
  readonly returnData: Hex
  /** Of the whole transaction, its intrinsic gas included. */
  readonly gasUsed: bigint
  /** Accounts that it touched, in order of address; empty unless they were asked for. */
  readonly accounts: readonly TouchedAccount[]
}

/** Traces what one view executes. */
export class Tracer {
  private readonly recorder: ExecutionRecorder

  constructor(
    private readonly view: View,
    private readonly options: TraceOptions,
    budget: Budget,
  ) {
    this.recorder = new ExecutionRecorder(view.evm, budget, options.steps)
    this.recorder.attach()
  }

  /**
   * @param execute runs the transaction on the view, and reports its access list.
   * @throws TraceLimitError when a limit was reached, and whatever `execute` throws; the view is spent then.
   */
  async trace(
    tx: TypedTransaction,
    block: Block,
    execute: () => Promise<RunTxResult>,
  ): Promise<Trace> {
    const before = this.options.accounts ? (await this.view.fork()).state : undefined
    const result = await this.record(execute)
    const { frame } = this.recorder
    if (!frame) throw new Error('The execution had no frame.')
    const touched = before && touchedBy(tx, block, frame, result, this.recorder.slots())
    return {
      frame,
      success: result.execResult.exceptionError === undefined,
      returnData: bytesToHex(result.execResult.returnValue),
      gasUsed: result.totalGasSpent,
      accounts: touched ? await readTouched(touched, before, this.view.state) : [],
    }
  }

  private async record(execute: () => Promise<RunTxResult>): Promise<RunTxResult> {
    this.recorder.begin()
    try {
      return await execute()
    } catch (error) {
      throw this.recorder.limit ?? error
    }
  }
}
