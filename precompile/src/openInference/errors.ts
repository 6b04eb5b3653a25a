import { BaseError } from '../errors.js'

/** A message is not what the Open Inference Protocol says that it must be. */
export class ProtocolError extends BaseError {
  override readonly name = 'ProtocolError'
}
