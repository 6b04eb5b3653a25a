import { BaseError } from '../../errors.js'

/** A remote engine was set up in a way that cannot work. */
export class RemoteOptionsError extends BaseError {
  override readonly name = 'RemoteOptionsError'
}

/** A remote gave no answer, or one that is none. */
export class RemoteFaultError extends BaseError {
  override readonly name = 'RemoteFaultError'
  /** Whether the same request may fare better a moment later. */
  readonly isPassing: boolean

  constructor(reason: string, options: { isPassing?: boolean; cause?: unknown } = {}) {
    super(reason, options.cause === undefined ? {} : { cause: options.cause })
    this.isPassing = options.isPassing ?? false
  }
}
