import { HttpRequestError, RpcRequestError, TimeoutError } from 'viem'
import { BaseError } from './base.js'
import { findCause, toInferenceRevert } from './revert.js'

/** The node could not answer: it failed, or no node did answer. Another one might. */
export class NodeFaultError extends BaseError {
  override readonly name = 'NodeFaultError'
}

/** The chain has no inference precompile. */
export class InferenceUnavailableError extends BaseError {
  override readonly name = 'InferenceUnavailableError'

  constructor(cause?: unknown) {
    super('This chain has no inference precompile at 0x…A1.', {
      remedy: 'Point the client at a Lockstep node, such as one started with `lockstep`.',
      cause,
    })
  }
}

/** The call has too little gas for the inference and what stands around it. */
export class OutOfGasError extends BaseError {
  override readonly name = 'OutOfGasError'

  /** @param reason What the node says. */
  constructor(reason: string, cause?: unknown) {
    super(`The call has too little gas: ${reason}.`, {
      remedy:
        '`quote` says what the inference costs. Send more gas, or raise the block gas limit of the node.',
      cause,
    })
  }
}

const methodNotFound = -32_601
/** Without a code of its own: geth says `out of gas`, Anvil and Lockstep `OutOfGas`. */
const outOfGas = /\b(out ?of ?gas|intrinsic gas too low)\b/i
const serverError = -32_000

/**
 * What this package throws for an error of viem's; errors that it does not know come back as they are.
 * Works on calls to contracts of one's own, whose ABI need not know the errors of the precompile.
 * @example
 * await client.simulateContract(request).catch((error) => {
 *   throw toTypedError(error)
 * })
 */
export function toTypedError(error: unknown): unknown {
  const revert = toInferenceRevert(error)
  if (revert?.errorName === 'InferenceUnavailable') return new InferenceUnavailableError(error)
  if (revert) return revert
  if (
    findCause(error, (cause) => cause instanceof HttpRequestError || cause instanceof TimeoutError)
  ) {
    return new NodeFaultError('No node answered the request.', {
      remedy: 'Check the URL of the transport, and that the node runs.',
      cause: error,
    })
  }
  const rpc = findCause(error, (cause) => cause instanceof RpcRequestError)
  if (!(rpc instanceof RpcRequestError)) return error
  if (outOfGas.test(rpc.details)) return new OutOfGasError(rpc.details, error)
  if (rpc.code === methodNotFound) return new InferenceUnavailableError(error)
  if (rpc.code === serverError) return new NodeFaultError(rpc.details, { cause: error })
  return error
}

/** Runs a request and turns what it throws into this package's errors. */
export async function withTypedErrors<T>(request: () => Promise<T>): Promise<T> {
  try {
    return await request()
  } catch (error) {
    throw toTypedError(error)
  }
}
