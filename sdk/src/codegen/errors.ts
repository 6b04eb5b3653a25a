import { BaseError } from '../errors/base.js'

/** A configuration, an artifact or an existing file that code cannot be generated from. */
export class CodegenError extends BaseError {
  override readonly name = 'CodegenError'
}
