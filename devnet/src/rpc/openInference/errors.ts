import { BaseError } from '@lockstep/precompile'

/** What a client of the Open Inference Protocol is refused, with the HTTP status that says so. */
export class InferenceRefusedError extends BaseError {
  override readonly name = 'InferenceRefusedError'

  constructor(
    readonly status: number,
    message: string,
    options: { remedy?: string; cause?: unknown } = {},
  ) {
    super(message, options)
  }
}
