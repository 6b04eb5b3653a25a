import { BaseError } from '@lockstep/precompile'
import { excerpt, fieldReaders } from '../fields.js'

/** Thrown for a `genesis.json` that no chain can start from. */
export class GenesisFileError extends BaseError {
  override readonly name = 'GenesisFileError'

  /** @param path where in the file: `config.londonBlock`. */
  constructor(path: string, expected: string, value: unknown) {
    super(`In genesis.json, ${path} must be ${expected}, got ${excerpt(value)}.`, {
      remedy: 'Correct it there; geth and other clients describe the format as genesis.json.',
    })
  }
}

export const { object, integer, quantity, bytes, word } = fieldReaders(
  (path, expected, value) => new GenesisFileError(path, expected, value),
)
