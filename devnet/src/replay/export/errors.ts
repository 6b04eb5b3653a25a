import { BaseError, NodeFaultError } from '@lockstep/precompile'

/** Thrown for a chain that no bundle can be made of. Nothing was written. */
export class ExportError extends BaseError {
  override readonly name = 'ExportError'
}

/** Thrown where the node of a chain does not answer. */
export class ChainUnreachableError extends NodeFaultError {
  override readonly name = 'ChainUnreachableError'

  constructor(url: string, cause: Error) {
    // A URL may hold a key in its path.
    const place = URL.canParse(url) ? new URL(url).origin : 'the given URL'
    super(`No node answers at ${place}.`, {
      remedy: 'Start one with `lockstep`, or name another with --rpc-url.',
      cause,
    })
  }
}

/** The chain was unwound while it was read. */
export class ChainMovedError extends ExportError {
  constructor(readonly block: bigint) {
    super(`The chain was reorganised at block ${block} while it was read.`, {
      remedy: 'Try again once nothing unwinds it.',
    })
  }
}
