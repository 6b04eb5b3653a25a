import { BaseError } from '@lockstep/precompile'

/** Thrown for a chain that no bundle can be made of. Nothing was written. */
export class ExportError extends BaseError {
  override readonly name = 'ExportError'
}
