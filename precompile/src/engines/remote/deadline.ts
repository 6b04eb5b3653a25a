import { RemoteFaultError } from './errors.js'

/**
 * Does work that ends when its time is over or somebody gives up.
 * @param parent - Whose reason the work rejects with when it is aborted.
 * @throws RemoteFaultError when the time is over
 */
export async function withDeadline<T>(
  ms: number,
  parent: AbortSignal | undefined,
  work: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  parent?.throwIfAborted()
  const end = new AbortController()
  const giveUp = () => end.abort(parent?.reason)
  const timer = setTimeout(
    () => end.abort(new RemoteFaultError(`it gave no answer within ${ms} ms`)),
    ms,
  )
  parent?.addEventListener('abort', giveUp, { once: true })
  try {
    return await work(end.signal)
  } finally {
    clearTimeout(timer)
    parent?.removeEventListener('abort', giveUp)
  }
}
