import { spawn } from 'node:child_process'
import { constants } from 'node:os'
import { UsageError } from './output.js'

/** What a shell says of a process that a signal ended. */
const signalBase = 128
const forwarded = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const

/**
 * Runs a command in this terminal, and ends with it: signals reach it first.
 * @param variables Of its environment, besides those of this process.
 * @returns its exit code, 128 and the signal's number where a signal ended it.
 * @throws UsageError when there is no such command.
 */
export async function runChild(
  [file = '', ...args]: readonly string[],
  variables: Readonly<Record<string, string>>,
): Promise<number> {
  const child = spawn(file, args, { stdio: 'inherit', env: { ...process.env, ...variables } })
  const forward = (signal: NodeJS.Signals) => {
    // The keyboard's reaches every process of the terminal by itself.
    if (signal !== 'SIGINT' || !process.stdin.isTTY) child.kill(signal)
  }
  for (const signal of forwarded) process.on(signal, forward)
  try {
    return await new Promise<number>((resolve, reject) => {
      child.once('error', (cause) => reject(startError(file, cause)))
      child.once('exit', (code, signal) => resolve(code ?? signalBase + numberOf(signal)))
    })
  } finally {
    for (const signal of forwarded) process.off(signal, forward)
  }
}

function numberOf(signal: NodeJS.Signals | null): number {
  return signal === null ? 0 : constants.signals[signal]
}

function startError(file: string, cause: Error): UsageError {
  const reason = 'code' in cause ? cause.code : cause.message
  return new UsageError(`The command "${file}" cannot be started (${reason}).`, {
    remedy: 'Is it installed, and on the PATH? `npx lockstep run` finds those of node_modules too.',
    cause,
  })
}
