import { type EVM, EVMError, type Message, type PrecompileInput } from '@ethereumjs/evm'
import {
  type CallResult,
  type InferencePrecompile,
  type InferenceTensors,
  NodeFaultError,
} from '@lockstep/precompile'
import type { Hex, TransactionInference } from './node.js'
import { isRegistered } from './registry.js'

type ExecutionResult = Awaited<ReturnType<ReturnType<InferenceRecorder['precompile']>>>

/**
 * Puts the inference precompile into one EVM and keeps what it did there: every inference, in order of execution,
 * and the fault that stopped it. An EVM with a fault holds a state that no other node would reach: throw it away.
 */
export class InferenceRecorder {
  /** Set when this node, not the caller, failed. Nothing runs after it. */
  fault: NodeFaultError | undefined
  /** Whether to keep what models were given and gave, which may be large. */
  keepsTensors = false
  private readonly frames: { depth: number; caller: Hex }[] = []
  private records: TransactionInference[] = []
  private kept: InferenceTensors[] = []
  private transactionIndex = 0

  constructor(private readonly signal: AbortSignal) {}

  /** Follows the call frames of this EVM. */
  attach(evm: EVM): void {
    evm.events.on('beforeMessage', (message: Message) => {
      const caller = message.delegatecall ? message.to : message.caller
      this.frames.push({ depth: message.depth, caller: (caller ?? message.caller).toString() })
    })
    evm.events.on('afterMessage', () => {
      this.frames.pop()
    })
  }

  /** Starts a transaction: what runs from here on belongs to it. */
  begin(transactionIndex: number): void {
    this.transactionIndex = transactionIndex
    this.records = []
    this.kept = []
    this.frames.length = 0
  }

  /** Inferences since `begin`, reverted frames included. */
  get inferences(): readonly TransactionInference[] {
    return this.records
  }

  /** Of each of the inferences, where they are kept. */
  get tensors(): readonly InferenceTensors[] {
    return this.kept
  }

  /** The function that the EVM calls. Never throws: a throw would leave the EVM's checkpoints open. */
  precompile(inference: InferencePrecompile): (input: PrecompileInput) => Promise<{
    returnValue: Uint8Array
    executionGasUsed: bigint
    exceptionError?: EVMError
  }> {
    return async ({ data, gasLimit, _EVM }) => {
      if (this.fault) return outOfGas(gasLimit)
      try {
        const result = await inference.call(data, gasLimit, {
          isRegistered: (id) => isRegistered(_EVM.stateManager, id),
          signal: this.signal,
        })
        if (result.gasUsed > gasLimit) {
          throw new NodeFaultError(
            `The inference precompile charged ${result.gasUsed} gas of ${gasLimit}.`,
          )
        }
        this.record(result)
        return toExecutionResult(result, gasLimit)
      } catch (cause) {
        this.fault = toNodeFault(cause)
        return outOfGas(gasLimit)
      }
    }
  }

  private record({ inference, tensors }: CallResult): void {
    if (!inference) return
    if (this.keepsTensors && tensors) this.kept.push(tensors)
    const frame = this.frames.at(-1) ?? { depth: 0, caller: '0x' }
    this.records.push({
      ...inference,
      ...frame,
      transactionIndex: this.transactionIndex,
      callIndex: this.records.length,
    })
  }
}

/** A fault of this machine, whatever was thrown. */
export function toNodeFault(cause: unknown): NodeFaultError {
  if (cause instanceof NodeFaultError) return cause
  const reason = cause instanceof Error ? cause.message : String(cause)
  return new NodeFaultError(`This node failed while executing: ${reason}`, { cause })
}

function toExecutionResult(result: CallResult, gasLimit: bigint): ExecutionResult {
  if (result.outOfGas) return outOfGas(gasLimit)
  const execution = { returnValue: result.returnData, executionGasUsed: result.gasUsed }
  if (result.success) return execution
  return { ...execution, exceptionError: new EVMError(EVMError.errorMessages.REVERT) }
}

function outOfGas(gasLimit: bigint): ExecutionResult {
  return {
    returnValue: new Uint8Array(),
    executionGasUsed: gasLimit,
    exceptionError: new EVMError(EVMError.errorMessages.OUT_OF_GAS),
  }
}
