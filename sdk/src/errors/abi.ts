import type { Address } from 'viem'
import { BaseError } from './base.js'
import { findCause } from './revert.js'

/** A contract answers otherwise than the ABI says that it is called by, or no contract is there. */
export class AbiMismatchError extends BaseError {
  override readonly name = 'AbiMismatchError'

  constructor(
    readonly address: Address,
    readonly functionName: string,
    cause?: unknown,
  ) {
    super(`What ${functionName} of ${address} returns is not what its ABI says.`, {
      remedy:
        'Check the address and the chain. Where the contract changed, compile it and run `lockstep generate` again.',
      cause,
    })
  }
}

/** viem's errors for return data that do not fit, by name: it does not export all of their classes. */
const MISFITS = new Set([
  'AbiDecodingDataSizeTooSmallError',
  'AbiDecodingZeroDataError',
  'ContractFunctionZeroDataError',
  'InvalidBytesBooleanError',
  'PositionOutOfBoundsError',
])

/** The error itself where it is about anything else. */
export function toAbiMismatch(
  error: unknown,
  { address, functionName }: { readonly address: Address; readonly functionName: string },
): unknown {
  const misfit = findCause(error, (cause) => cause instanceof Error && MISFITS.has(cause.name))
  return misfit ? new AbiMismatchError(address, functionName, error) : error
}
