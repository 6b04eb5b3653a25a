import { BaseError, NodeFaultError } from '@lockstep/precompile'

/** Thrown when what was to be stored could not be. Nothing of it was; what was stored before is still there. */
export class StorageError extends NodeFaultError {
  override readonly name = 'StorageError'

  constructor(
    /** Folder of the store. */
    readonly directory: string,
    cause: unknown,
  ) {
    super(`The chain could not be written to ${directory}: ${reasonOf(cause)}`, {
      remedy: 'Nothing of it was kept, and the chain stands where it stood. Make room on the disk.',
      cause,
    })
  }
}

/** Thrown when what lies on disk is not what was stored there. */
export class CorruptStoreError extends NodeFaultError {
  override readonly name = 'CorruptStoreError'

  constructor(
    /** Folder of the store. */
    readonly directory: string,
    detail: string,
    options: { cause?: unknown } = {},
  ) {
    super(`The chain in ${directory} is damaged: ${detail}`, {
      remedy: 'Restore the folder from a copy, or start with another --data-dir.',
      ...options,
    })
  }
}

/** Thrown when another process, or another node of this one, works on the same folder. */
export class DataDirInUseError extends BaseError {
  override readonly name = 'DataDirInUseError'

  constructor(
    readonly directory: string,
    /** Process that has it. */
    readonly pid: number,
  ) {
    const owner = pid === process.pid ? 'another node of this process' : `process ${pid}`
    super(`The data folder ${directory} is in use by ${owner}.`, {
      remedy: 'End that one first, or name another folder with --data-dir.',
    })
  }
}

/** Thrown when a folder holds a chain other than the one that was asked for. */
export class DataDirMismatchError extends BaseError {
  override readonly name = 'DataDirMismatchError'

  constructor(
    readonly directory: string,
    /** What differs: a path into `genesis.json`, or `format`. */
    readonly field: string,
    readonly stored: string,
    readonly wanted: string,
  ) {
    super(
      `The data folder ${directory} holds another chain: ${field} is ${stored} there and ${wanted} here.`,
      { remedy: 'Start with the options it was made with, or name another folder.' },
    )
  }
}

/** A failure of the system or of LMDB in words. */
export function reasonOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
