/** Runs tasks one at a time, in order of arrival. */
export class SerialQueue {
  private last: Promise<unknown> = Promise.resolve()
  private pending = 0

  /** Whether a task runs or waits. */
  get isBusy(): boolean {
    return this.pending > 0
  }

  /** @returns what the task returns, or its failure; later tasks run either way. */
  run<T>(task: () => Promise<T>): Promise<T> {
    this.pending++
    const result = this.last.then(task).finally(() => {
      this.pending--
    })
    this.last = result.catch(() => {})
    return result
  }

  /** Resolves when every task that is queued now has ended. */
  async idle(): Promise<void> {
    await this.last
  }
}
