import type { Hex } from '../node/node.js'

/** Runs tasks of one sender one after another, those of different senders side by side. */
export class SenderQueue {
  private readonly tails = new Map<Hex, Promise<unknown>>()

  run<T>(sender: Hex, task: () => Promise<T>): Promise<T> {
    const previous = this.tails.get(sender) ?? Promise.resolve()
    const result = previous.then(task)
    // The next task waits for this one to end, however it ends; the caller gets the failure itself.
    const tail = result.then(
      () => undefined,
      () => undefined,
    )
    this.tails.set(sender, tail)
    void tail.then(() => {
      if (this.tails.get(sender) === tail) this.tails.delete(sender)
    })
    return result
  }
}
