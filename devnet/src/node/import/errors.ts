import { BaseError, type InferenceTensors } from '@lockstep/precompile'
import type { TransactionInference } from '../node.js'

/** Thrown for a block from elsewhere that this chain cannot take. The blocks before it were taken. */
export class ImportError extends BaseError {
  override readonly name = 'ImportError'

  /**
   * @param block number of the block, or its position in the file where not even that can be read.
   * @param imported how many blocks before it were appended.
   */
  constructor(
    readonly block: string,
    problem: string,
    readonly imported: number,
    options: { remedy?: string; cause?: unknown } = {},
  ) {
    super(`${block} is refused: ${problem}. Blocks imported before it: ${imported}.`, {
      remedy: 'The file must hold blocks of this chain in order, as they were sealed.',
      ...options,
    })
  }
}

/** What is wrong with a block; whoever knows which block it is makes an ImportError of it. */
export class InvalidBlockError extends BaseError {
  override readonly name: string = 'InvalidBlockError'
}

/** A block whose transactions cannot be executed one after another on the state of its parent. */
export class UnexecutableBlockError extends InvalidBlockError {
  override readonly name: string = 'UnexecutableBlockError'

  /** @param before the inferences that were made until then, and what they were of where that was kept. */
  constructor(
    reason: string,
    readonly before: {
      readonly inferences: readonly TransactionInference[]
      readonly tensors: readonly InferenceTensors[]
    },
    options: { cause?: unknown } = {},
  ) {
    super(`it cannot be executed: ${reason}`, options)
  }
}

/** @throws InvalidBlockError when the header says something else than what follows from the chain. */
export function demandEqual(field: string, header: unknown, expected: unknown): void {
  if (header === expected) return
  throw new InvalidBlockError(`its ${field} is ${header ?? 'missing'}, and should be ${expected}`)
}
