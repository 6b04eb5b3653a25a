import type { EngineOutcome } from '../outcome.js'

/** What came of a chain that lived through everything, and was replayed. */
export interface SoakResult {
  readonly blocks: number
  readonly kills: number
  readonly transactions: number
  readonly inferences: number
  /** From the first start to the last kill. */
  readonly livedSeconds: number
  /** What the node took of the memory before each kill. */
  readonly memory: readonly { readonly block: number; readonly mebibytes: number | undefined }[]
  /** Seconds of the replay; none where the machine lacks the engine. */
  readonly engines: readonly {
    readonly engine: EngineOutcome['engine']
    readonly seconds?: number
  }[]
}
