/** Root of every error this package throws: says what happened, with which value, and what to do. */
export class BaseError extends Error {
  override readonly name: string = 'BaseError'
  readonly shortMessage: string
  readonly remedy: string | undefined

  constructor(shortMessage: string, options: { remedy?: string; cause?: unknown } = {}) {
    super(
      options.remedy ? `${shortMessage}\n${options.remedy}` : shortMessage,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.shortMessage = shortMessage
    this.remedy = options.remedy
  }
}

/**
 * A fault of this machine, not of the caller: a blob that is missing, a worker that died twice.
 * It must stop the block, never become a revert: another machine would answer.
 */
export class NodeFaultError extends BaseError {
  override readonly name: string = 'NodeFaultError'
}
