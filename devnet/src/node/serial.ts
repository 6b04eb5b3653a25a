/** Runs tasks one at a time, in order of arrival. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve()

  /** @returns what the task returns, or its failure; later tasks run either way. */
  run<T>(task: () => Promise<T>): Promise<T> {
    const result = this.last.then(task)
    this.last = result.catch(() => {})
    return result
  }

  /** Resolves when every task that is queued now has ended. */
  async idle(): Promise<void> {
    await this.last
  }
}
