import { BaseError } from '@lockstep/precompile'

/** Thrown when the port is taken. */
export class PortInUseError extends BaseError {
  override readonly name = 'PortInUseError'

  constructor(host: string, port: number, cause: unknown) {
    super(`Port ${port} on ${host} is in use.`, {
      remedy:
        'Stop the program that listens there, or choose another port with --port (0 takes a free one).',
      cause,
    })
  }
}

/** Thrown when the server cannot listen for another reason: no such address, no permission. */
export class ListenError extends BaseError {
  override readonly name = 'ListenError'

  constructor(host: string, port: number, cause: Error) {
    super(`Cannot listen on ${host}:${port}: ${cause.message}.`, {
      remedy: 'Choose an address of this machine with --host, and a port above 1023.',
      cause,
    })
  }
}

/** Thrown when the path of the IPC socket cannot be used. */
export class IpcPathError extends BaseError {
  override readonly name = 'IpcPathError'

  constructor(path: string, reason: string, cause?: unknown) {
    super(`Cannot listen on the IPC path ${path}: ${reason}.`, {
      remedy: 'Choose another path with --ipc.',
      cause,
    })
  }
}
