import { BaseError } from '@lockstep/precompile'

/** A project that cannot be read as it is, so that nothing can be said of it. */
export class LintInputError extends BaseError {
  override readonly name: string = 'LintInputError'
}

/** Solidity sources, and nothing that a compiler said of them. */
export class NoArtifactsError extends LintInputError {
  override readonly name = 'NoArtifactsError'
}

/** Artifacts that hold no syntax trees, as Foundry writes them unless told otherwise. */
export class NoSyntaxTreeError extends LintInputError {
  override readonly name = 'NoSyntaxTreeError'
}

/** Artifacts of sources that have changed since. */
export class StaleArtifactsError extends LintInputError {
  override readonly name = 'StaleArtifactsError'
}

/** A file that is not what its name says. */
export class UnreadableFileError extends LintInputError {
  override readonly name = 'UnreadableFileError'
}

/** Source code that its own compiler refuses. */
export class SyntaxFaultError extends LintInputError {
  override readonly name = 'SyntaxFaultError'
}
