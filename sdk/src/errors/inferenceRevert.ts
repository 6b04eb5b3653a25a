import { BaseError } from './base.js'

/** A revert of the precompile, the registry, a feed or a guard; `errorName` is the Solidity error. */
export class InferenceRevertError extends BaseError {
  override readonly name: string = 'InferenceRevertError'
  readonly errorName: string

  constructor(
    errorName: string,
    message: string,
    options: { remedy?: string | undefined; cause?: unknown },
  ) {
    super(message, options)
    this.errorName = errorName
  }
}
