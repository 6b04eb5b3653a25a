/** Root of every error of this package: says what happened, with which value, and what to do. */
export class BaseError extends Error {
  override readonly name: string = 'LockstepError'
  readonly shortMessage: string
  readonly remedy: string | undefined

  constructor(
    shortMessage: string,
    options: { remedy?: string | undefined; cause?: unknown } = {},
  ) {
    super(
      options.remedy ? `${shortMessage}\n${options.remedy}` : shortMessage,
      options.cause === undefined ? undefined : { cause: options.cause },
    )
    this.shortMessage = shortMessage
    this.remedy = options.remedy
  }

  /**
   * Finds the first error in the chain of causes that matches; without a condition, the last one.
   * @param matches Default: none, so that the innermost cause comes back.
   */
  walk(matches?: (error: unknown) => boolean): unknown {
    let error: unknown = this
    for (;;) {
      if (matches?.(error)) return error
      const cause = error instanceof Error ? error.cause : undefined
      if (cause === undefined) return matches ? null : error
      error = cause
    }
  }
}
