const quote = 0x22
const backslash = 0x5c
const newline = 0x0a
const openers = new Set([0x7b, 0x5b])
const closers = new Set([0x7d, 0x5d])
const blanks = new Set([0x20, 0x09, 0x0a, 0x0d])

/** Thrown when a message of a stream exceeds what its reader takes. */
export class MessageTooLargeError extends RangeError {
  override readonly name = 'MessageTooLargeError'
}

/** Cuts a stream of bytes into JSON values, which may stand without anything between them. */
export class JsonStream {
  private parts: Buffer[] = []
  private size = 0
  /** Brackets that are open; undefined between two values, 'line' within what is no list and no object. */
  private depth: number | 'line' | undefined
  private inString = false
  private isEscaped = false

  /** @param maxBytes of one value. */
  constructor(private readonly maxBytes: number) {}

  /**
   * Takes the next bytes.
   * @returns the values that they complete, each as it was written; what is no value comes a line at a time.
   * @throws MessageTooLargeError
   */
  push(chunk: Buffer): string[] {
    const values: string[] = []
    let start = 0
    for (const [index, byte] of chunk.entries()) {
      if (this.depth === undefined) {
        start = index
        this.begin(byte)
      } else if (this.ends(byte)) {
        values.push(this.take(chunk.subarray(start, index + 1)))
      }
    }
    if (this.depth !== undefined) this.keep(chunk.subarray(start))
    return values
  }

  private begin(byte: number): void {
    if (blanks.has(byte)) return
    this.depth = openers.has(byte) ? 1 : 'line'
  }

  private ends(byte: number): boolean {
    if (this.depth === 'line') return byte === newline
    if (this.inString) {
      if (byte === quote && !this.isEscaped) this.inString = false
      this.isEscaped = byte === backslash && !this.isEscaped
    } else if (byte === quote) this.inString = true
    else if (openers.has(byte)) this.depth = (this.depth as number) + 1
    else if (closers.has(byte)) this.depth = (this.depth as number) - 1
    return this.depth === 0
  }

  private keep(part: Buffer): void {
    this.size += part.length
    if (this.size > this.maxBytes) {
      throw new MessageTooLargeError(`A message exceeds ${this.maxBytes} bytes.`)
    }
    this.parts.push(part)
  }

  private take(last: Buffer): string {
    this.keep(last)
    const text = Buffer.concat(this.parts).toString('utf8')
    this.parts = []
    this.size = 0
    this.depth = undefined
    return text
  }
}
