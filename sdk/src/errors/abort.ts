import type { Hex } from 'viem'
import { BaseError } from './base.js'

/** The caller's `AbortSignal` ended the wait. What was sent stays sent. */
export class AbortedError extends BaseError {
  override readonly name = 'AbortedError'

  /** @param hash Of the transaction, where one was sent before. */
  constructor(
    reason: unknown,
    readonly hash: Hex | undefined,
  ) {
    super(
      hash
        ? `The wait for transaction ${hash} was aborted.`
        : 'The write was aborted before a transaction was sent.',
      {
        remedy: hash
          ? 'The transaction itself may still be mined; ask for its receipt by the hash.'
          : undefined,
        cause: reason,
      },
    )
  }
}

/** @throws AbortedError when the signal has fired. */
export function throwIfAborted(signal: AbortSignal | undefined, hash?: Hex): void {
  if (signal?.aborted) throw new AbortedError(signal.reason, hash)
}

/** What the promise gives, unless the signal fires first. The work behind the promise is not undone. */
export async function untilAborted<T>(
  promise: Promise<T>,
  signal: AbortSignal | undefined,
  hash?: Hex,
): Promise<T> {
  if (!signal) return promise
  throwIfAborted(signal, hash)
  let abort = () => {}
  const aborted = new Promise<never>((_, reject) => {
    abort = () => reject(new AbortedError(signal.reason, hash))
    signal.addEventListener('abort', abort, { once: true })
  })
  try {
    return await Promise.race([promise, aborted])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
