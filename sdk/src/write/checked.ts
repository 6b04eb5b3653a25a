/**
 * What the work gives, if the check holds: both run at once, which saves a round trip.
 * @throws what the check throws, whatever else went wrong meanwhile.
 */
export async function checked<T>(check: Promise<unknown>, work: Promise<T>): Promise<T> {
  const [held, done] = await Promise.allSettled([check, work])
  if (held.status === 'rejected') throw held.reason
  if (done.status === 'rejected') throw done.reason
  return done.value
}

/** A promise whose failure is told where it is awaited, and may come before that. */
export function awaitedLater<T>(promise: Promise<T>): Promise<T> {
  promise.catch(() => undefined)
  return promise
}
