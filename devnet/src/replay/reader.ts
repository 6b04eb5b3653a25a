/** Reads from a sequence what is wanted next, and leaves what is not. */
export class Reader<T> {
  private readonly source: AsyncIterator<T>
  private next: T | undefined
  private isOver = false

  constructor(source: AsyncIterable<T>) {
    this.source = source[Symbol.asyncIterator]()
  }

  /** The next value, if it is the one; otherwise it stays the next. */
  async takeIf(isWanted: (value: T) => boolean): Promise<T | undefined> {
    if (this.next === undefined && !this.isOver) {
      const { value, done } = await this.source.next()
      if (done) this.isOver = true
      else this.next = value
    }
    const found = this.next
    if (found === undefined || !isWanted(found)) return undefined
    this.next = undefined
    return found
  }

  /** Ends the sequence. */
  async close(): Promise<void> {
    await this.source.return?.()
  }
}
