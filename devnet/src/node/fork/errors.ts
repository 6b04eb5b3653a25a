import { BaseError, NodeFaultError } from '@lockstep/precompile'

/** Thrown when the forked chain could not be asked. Its state is part of this chain's, so it is a fault, never a revert. */
export class RemoteUnreachableError extends NodeFaultError {
  override readonly name = 'RemoteUnreachableError'

  constructor(host: string, method: string, reason: string, cause: unknown) {
    super(`The forked chain at ${host} did not answer ${method}: ${reason}.`, {
      remedy: 'Check that it runs and that --timeout and --retries suffice, then try again.',
      cause,
    })
  }
}

/** Thrown when the forked chain refused a request; `code` and `data` are what it said. */
export class RemoteRefusedError extends NodeFaultError {
  override readonly name = 'RemoteRefusedError'

  constructor(
    host: string,
    method: string,
    readonly code: number,
    readonly reason: string,
    readonly data: unknown,
  ) {
    super(`The forked chain at ${host} refused ${method}: ${reason} (${code}).`, {
      remedy: 'Old blocks need an archive node; fork a later block, or another node of that chain.',
    })
  }
}

/** Thrown when the forked chain answered something else than the method gives. */
export class RemoteAnswerError extends NodeFaultError {
  override readonly name = 'RemoteAnswerError'

  constructor(host: string, method: string, expected: string, cause?: unknown) {
    super(`The forked chain at ${host} answered ${method} with something else than ${expected}.`, {
      remedy: 'Fork through a node that speaks Ethereum JSON-RPC.',
      cause,
    })
  }
}

/** Thrown when a chain cannot be forked as asked. */
export class ForkError extends BaseError {
  override readonly name = 'ForkError'
}
