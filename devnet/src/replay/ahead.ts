import { type InferencePrecompile, tensorsCalldata } from '@lockstep/precompile'
import type { RecordedInference } from './bundles/lines.js'

/** Gas of a run that is made ahead: the chain pays for it when it asks. */
const anyGas = 2n ** 53n

/**
 * Reads the inferences of a bundle ahead of the block that makes them, and runs their models on the recorded inputs
 * meanwhile, on every core. What comes out waits in the memo of the precompile, where the chain finds it if it asks
 * the same; nothing that was recorded as an answer is ever given as one.
 */
export class Ahead {
  private readonly waiting: RecordedInference[] = []
  private bytes = 0
  private running = 0
  private isOver = false
  private failure: unknown
  private reading: Promise<void> | undefined
  private readonly source: AsyncIterator<RecordedInference>

  /**
   * @param width how many runs to have under way.
   * @param maxBytes of inputs and outputs that may wait.
   */
  constructor(
    inferences: AsyncIterable<RecordedInference>,
    private readonly precompile: InferencePrecompile,
    private readonly width: number,
    private readonly maxBytes = 32 * 2 ** 20,
  ) {
    this.source = inferences[Symbol.asyncIterator]()
  }

  /** The inferences that were recorded of a block; those of earlier ones are gone. */
  async take(block: bigint): Promise<RecordedInference[]> {
    const taken: RecordedInference[] = []
    for (;;) {
      this.pump()
      const next = this.waiting[0]
      if (next && next.blockNumber > block) return taken
      if (next) {
        this.waiting.shift()
        this.bytes -= bytesOf(next)
        taken.push(next)
      } else if (this.failure) throw this.failure
      else if (this.isOver) return taken
      else await this.readOne()
    }
  }

  /** Reads no further. Runs under way end with the precompile. */
  async close(): Promise<void> {
    this.isOver = true
    await this.reading
    await this.source.return?.()
  }

  /** Starts runs until enough are under way. */
  private pump(): void {
    const isFull = this.running >= this.width || this.bytes > this.maxBytes
    if (this.reading || this.isOver || isFull) return
    void this.readOne().then(() => this.pump())
  }

  private readOne(): Promise<void> {
    this.reading ??= this.read().finally(() => {
      this.reading = undefined
    })
    return this.reading
  }

  private async read(): Promise<void> {
    const value = await this.next()
    if (!value) return
    this.waiting.push(value)
    this.bytes += bytesOf(value)
    this.running++
    void runAhead(this.precompile, value).then(() => {
      this.running--
      this.pump()
    })
  }

  private async next(): Promise<RecordedInference | undefined> {
    try {
      const { value, done } = await this.source.next()
      if (!done) return value
    } catch (error) {
      // Whoever takes from here is told, once what came before was taken.
      this.failure = error
    }
    this.isOver = true
    return undefined
  }
}

/** Runs a model on inputs that a block is going to ask for: the chain finds the answer in the memo. Never rejects. */
export async function runAhead(
  precompile: InferencePrecompile,
  inference: Pick<RecordedInference, 'model' | 'inputs'>,
): Promise<void> {
  const { model, inputs } = inference
  const calldata = tensorsCalldata(model, inputs)
  // A run that fails here fails again where the chain asks for it, and is told of there.
  await precompile.call(calldata, anyGas, { isRegistered: async () => true }).catch(() => {})
}

function bytesOf({ inputs, outputs = [] }: RecordedInference): number {
  return [...inputs, ...outputs].reduce((sum, { data }) => sum + data.length, 0)
}
