import { BaseError } from '@lockstep/precompile'
import type { BlockId, Hex } from './node.js'

/** Thrown when no block of the chain answers to the given name. */
export class BlockNotFoundError extends BaseError {
  override readonly name = 'BlockNotFoundError'

  constructor(id: BlockId) {
    const block = typeof id === 'object' ? `with hash ${id.hash}` : `${id}`
    super(`Block ${block} is not on this chain.`, {
      remedy: 'Ask for a block up to the head; a revert or reset may have taken it off the chain.',
    })
  }
}

/** Thrown for the state after a block of a chain that was loaded without it. */
export class StateUnknownError extends BaseError {
  override readonly name = 'StateUnknownError'

  constructor(
    /** Height of the block. */
    readonly height: bigint,
  ) {
    super(`The state after block ${height} is not known: the chain was loaded without it.`, {
      remedy: 'Write the state with --preserve-historical-states, and load it again.',
    })
  }
}

/** Thrown when a chain in a data folder is to go on from another chain than it does. */
export class ForkInFolderError extends BaseError {
  override readonly name = 'ForkInFolderError'

  constructor() {
    super(
      'A data folder keeps the chain that it was made with: a reset cannot fork another, or none.',
      {
        remedy: 'Start with another --data-dir.',
      },
    )
  }
}

/** Thrown when a transaction that is asked for its gas cannot succeed. */
export class ExecutionRevertedError extends BaseError {
  override readonly name = 'ExecutionRevertedError'

  /**
   * @param returnData what the call returned: the revert data, `0x` where it failed otherwise.
   * @param exception EthereumJS's name of the failure: `revert`, `out of gas`, …
   */
  constructor(
    readonly returnData: Hex,
    readonly exception: string,
  ) {
    super(
      exception === 'revert'
        ? `The call reverts with data ${returnData}.`
        : `The call fails: ${exception}.`,
    )
  }
}

/** Thrown for fields of a call that no transaction could have. */
export class InvalidCallError extends BaseError {
  override readonly name = 'InvalidCallError'
}

/** Thrown when models are called on a chain that knows none. */
export class InferenceInactiveError extends BaseError {
  override readonly name = 'InferenceInactiveError'

  constructor() {
    super('This chain knows no inference: its genesis.json has no config.lockstep.', {
      remedy: 'Start lockstep without --init, or from a genesis.json that lockstep wrote.',
    })
  }
}

/** Why a transaction cannot enter the pool, or be called for. */
export type PoolErrorReason =
  | 'alreadyKnown'
  | 'chainIdMismatch'
  | 'feeTooLow'
  | 'blobFeeTooLow'
  | 'gasLimitTooHigh'
  | 'initcodeTooLarge'
  | 'insufficientFunds'
  | 'intrinsicGasTooLow'
  | 'invalidSignature'
  | 'nonceTooHigh'
  | 'nonceTooLow'
  | 'poolFull'
  | 'dropped'
  | 'replacementUnderpriced'
  | 'tipAboveFeeCap'

/** The words that Anvil and geth say, which tools look for. */
const messages: Record<PoolErrorReason, string> = {
  alreadyKnown: 'transaction already imported',
  blobFeeTooLow: 'max fee per blob gas less than block blob gas fee',
  chainIdMismatch: 'invalid chain id for signer',
  dropped: 'transaction was dropped from the pool',
  feeTooLow: 'max fee per gas less than block base fee',
  gasLimitTooHigh: 'intrinsic gas too high -- tx.gas_limit > env.block.gas_limit',
  initcodeTooLarge: 'max initcode size exceeded',
  insufficientFunds: 'Insufficient funds for gas * price + value',
  intrinsicGasTooLow: 'intrinsic gas too low',
  invalidSignature: 'invalid signature',
  nonceTooHigh: 'nonce too high',
  nonceTooLow: 'nonce too low',
  poolFull: 'transaction pool is full',
  replacementUnderpriced: 'replacement transaction underpriced',
  tipAboveFeeCap: 'max priority fee per gas higher than max fee per gas',
}

/** Thrown when a transaction cannot enter the pool, or left it without being mined. */
export class PoolError extends BaseError {
  override readonly name = 'PoolError'

  /** @param detail the values that disagree. */
  constructor(
    readonly reason: PoolErrorReason,
    detail?: string,
  ) {
    super(detail ? `${messages[reason]}: ${detail}` : messages[reason])
  }
}
