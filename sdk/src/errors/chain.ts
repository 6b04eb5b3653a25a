import { BaseError } from './base.js'

/** The node is on another chain than the client was made for. */
export class WrongChainError extends BaseError {
  override readonly name = 'WrongChainError'

  constructor(
    readonly expected: number,
    readonly actual: number,
  ) {
    super(`The node is on chain ${actual}, the client on chain ${expected}.`, {
      remedy: 'Give the client the chain of its node, or switch the wallet to it.',
    })
  }
}
