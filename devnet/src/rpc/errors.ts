import { BaseError, NodeFaultError } from '@lockstep/precompile'
import { BlobSidecarError } from '../node/blobs/sidecar.js'
import {
  BlockNotFoundError,
  ExecutionRevertedError,
  InvalidCallError,
  PoolError,
  type PoolErrorReason,
  StateUnknownError,
} from '../node/errors.js'
import type { Hex } from '../node/node.js'
import { SimulationError, type SimulationFault } from '../node/simulate/errors.js'
import { StateFileError } from '../node/stateFile/errors.js'
import { revertMessage } from './revert.js'

/** Codes of JSON-RPC 2.0, of EIP-1474, and 3 for a revert, as geth and Anvil give them. */
export const ErrorCode = {
  parse: -32700,
  invalidRequest: -32600,
  methodNotFound: -32601,
  invalidParams: -32602,
  internal: -32603,
  server: -32000,
  resourceNotFound: -32001,
  transactionRejected: -32003,
  reverted: 3,
  receiptTimeout: 4,
} as const
export type ErrorCode = (typeof ErrorCode)[keyof typeof ErrorCode]

export interface ErrorBody {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** An error that goes to the client as it stands. */
export class RpcError extends BaseError {
  override readonly name: string = 'RpcError'

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: { data?: unknown; cause?: unknown } = {},
  ) {
    super(message, options.cause === undefined ? {} : { cause: options.cause })
    this.data = options.data
  }

  readonly data: unknown
}

/** Thrown for parameters that a method cannot take. */
export class InvalidParamsError extends RpcError {
  override readonly name = 'InvalidParamsError'

  constructor(message: string, options: { data?: unknown; cause?: unknown } = {}) {
    super(ErrorCode.invalidParams, message, options)
  }
}

/** Thrown for a method that this node does not serve. */
export class MethodNotFoundError extends RpcError {
  override readonly name = 'MethodNotFoundError'

  constructor(method: string) {
    super(ErrorCode.methodNotFound, `Method not found: ${shorten(method)}`)
  }
}

/** Thrown when the execution of a call reverted. */
export class RevertedError extends RpcError {
  override readonly name = 'RevertedError'

  constructor(returnData: Hex) {
    super(ErrorCode.reverted, revertMessage(returnData), { data: returnData })
  }
}

/** Thrown when the execution of a call failed without a revert: out of gas, an invalid opcode. */
export class HaltedError extends RpcError {
  override readonly name = 'HaltedError'

  constructor(exception: string) {
    super(ErrorCode.internal, `EVM error ${haltName(exception)}`)
  }
}

/** EthereumJS's names of failed execution to those that Anvil prints. */
const haltNames: Record<string, string> = {
  'out of gas': 'OutOfGas',
  'code store out of gas': 'OutOfGas',
  'invalid opcode': 'OpcodeNotFound',
  'invalid opcode: INVALID': 'InvalidFEOpcode',
  'return data out of bounds': 'OutOfOffset',
  'max call depth exceeded': 'CallTooDeep',
  'stack underflow': 'StackUnderflow',
  'stack overflow': 'StackOverflow',
  'invalid JUMP': 'InvalidJump',
  'static state change': 'StateChangeDuringStaticCall',
  'create collision': 'CreateCollision',
  'code size to deposit exceeds maximum code size': 'CreateContractSizeLimit',
  'initcode exceeds max initcode size': 'CreateInitCodeSizeLimit',
  'invalid bytecode deployed': 'CreateContractStartingWithEF',
}

/** What Anvil calls a failure of execution that EthereumJS names so. */
export function haltName(exception: string): string {
  // EthereumJS adds to some names where in its own state they arose.
  const name = exception.replace(/ at .*$/, '')
  return haltNames[name] ?? name
}

/** Rejections that Anvil reports as a fault of the request's execution, not of its place in the pool. */
const serverReasons: ReadonlySet<PoolErrorReason> = new Set([
  'gasLimitTooHigh',
  'intrinsicGasTooLow',
  'initcodeTooLarge',
  'poolFull',
  'dropped',
])

/** The codes that execution-apis gives the faults of a simulation. */
const simulationCodes: Record<SimulationFault, number> = {
  nonceTooLow: -38010,
  nonceTooHigh: -38011,
  feeCapTooLow: -38012,
  intrinsicGas: -38013,
  insufficientFunds: -38014,
  blockGasLimit: -38015,
  blockNumber: -38020,
  blockTimestamp: -38021,
  initcodeSize: -38025,
  tooManyBlocks: -38026,
  precompileMove: ErrorCode.server,
  invalid: ErrorCode.invalidParams,
}

/**
 * What the client is told of an error. An error that this node did not foresee says nothing of its insides.
 * @param onUnexpected told of such an error, whole.
 */
export function toErrorBody(error: unknown, onUnexpected: (error: unknown) => void): ErrorBody {
  if (error instanceof RpcError) {
    const { code, shortMessage: message, data } = error
    return data === undefined ? { code, message } : { code, message, data }
  }
  if (error instanceof ExecutionRevertedError) return toErrorBody(ofExecution(error), onUnexpected)
  if (error instanceof PoolError) {
    const code = serverReasons.has(error.reason) ? ErrorCode.server : ErrorCode.transactionRejected
    return { code, message: error.message }
  }
  if (error instanceof BlobSidecarError) {
    return { code: ErrorCode.transactionRejected, message: error.message }
  }
  if (error instanceof NodeFaultError) {
    return { code: ErrorCode.server, message: `node fault: ${error.message}` }
  }
  if (error instanceof BlockNotFoundError || error instanceof StateUnknownError) {
    return { code: ErrorCode.resourceNotFound, message: error.message }
  }
  if (error instanceof SimulationError) {
    return { code: simulationCodes[error.fault], message: error.message }
  }
  if (error instanceof InvalidCallError || error instanceof StateFileError) {
    return { code: ErrorCode.invalidParams, message: error.message }
  }
  if (error instanceof BaseError) return { code: ErrorCode.server, message: error.message }
  onUnexpected(error)
  return {
    code: ErrorCode.internal,
    message: 'Internal error: the node met a fault that it did not foresee; its log says more.',
  }
}

function ofExecution({ exception, returnData }: ExecutionRevertedError): RpcError {
  if (exception === 'revert') return new RevertedError(returnData)
  if (exception === 'out of gas') {
    return new RpcError(ErrorCode.transactionRejected, 'Out of gas: gas required exceeds allowance')
  }
  return new HaltedError(exception)
}

/** A value as an error message shows it: short and flat, however large or deep a client made it. */
export function excerpt(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(shorten(value))
  if (Array.isArray(value)) return `a list of ${value.length}`
  if (typeof value !== 'object' || value === null) return String(value)
  const names = Object.keys(value)
  return names.length === 0 ? 'an empty object' : `an object with ${shorten(names.join(', '))}`
}

function shorten(text: string): string {
  return text.length <= 100 ? text : `${text.slice(0, 97)}...`
}
