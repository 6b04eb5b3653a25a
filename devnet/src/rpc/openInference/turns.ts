import { InferenceRefusedError } from './errors.js'

export interface TurnOptions {
  /** Runs under way at a time. */
  readonly atOnce: number
  /** Requests that are read, wait or run. */
  readonly requests: number
  /** Bytes that their bodies may have together. */
  readonly bytes: number
}

/**
 * Lets strangers' runs through a few at a time, in the order in which they came. Blocks and calls do not pass here:
 * they wait for as many runs at most as these are.
 */
export class Turns {
  private requests = 0
  private bytes = 0
  private running = 0
  private readonly waiting: (() => void)[] = []

  constructor(private readonly options: TurnOptions) {}

  /**
   * Takes a request in, before its body is read.
   * @returns what has to be called when it is done.
   * @throws InferenceRefusedError when there are too many
   */
  admit(bytes: number): () => void {
    const { requests, bytes: most } = this.options
    if (this.requests >= requests || this.bytes + bytes > most) {
      throw new InferenceRefusedError(503, 'Too many inferences wait here already.', {
        remedy: 'Try again in a second.',
      })
    }
    this.requests++
    this.bytes += bytes
    return () => {
      this.requests--
      this.bytes -= bytes
    }
  }

  /** Runs a task when its turn has come. */
  async run<T>(task: () => Promise<T>): Promise<T> {
    if (this.running >= this.options.atOnce) {
      await new Promise<void>((resolve) => this.waiting.push(resolve))
    } else {
      this.running++
    }
    try {
      return await task()
    } finally {
      // Whoever waits takes this place over.
      const next = this.waiting.shift()
      if (next) next()
      else this.running--
    }
  }
}
