import { BaseError, NodeFaultError } from '@lockstep/precompile'
import { excerpt } from '../fields.js'
import type { Hex } from '../node.js'

/** Thrown for a state that cannot be loaded. Nothing of it was. */
export class StateFileError extends BaseError {
  override readonly name = 'StateFileError'

  constructor(
    /** Where in the state: `blocks[3].header.number`. */
    readonly place: string,
    expected: string,
    value: unknown,
    options: { cause?: unknown } = {},
  ) {
    super(`In the state, ${place} must be ${expected}, got ${excerpt(value)}.`, {
      remedy: 'Nothing was loaded. Write the state again, with Anvil or lockstep.',
      ...options,
    })
  }
}

/** Thrown when a state is larger than one text can be. */
export class StateTooLargeError extends BaseError {
  override readonly name = 'StateTooLargeError'

  constructor(cause: unknown) {
    super('The state is larger than the text that it is to become may be, half a gigabyte.', {
      remedy: 'Keep the chain with --data-dir instead.',
      cause,
    })
  }
}

/** Thrown when the chain does not know what a hash in its state stands for. */
export class PreimageMissingError extends NodeFaultError {
  override readonly name = 'PreimageMissingError'

  constructor(hash: Hex) {
    super(`The chain does not say of what ${hash} in its state is the hash.`, {
      remedy: 'The folder of the chain is damaged: restore it from a copy.',
    })
  }
}
