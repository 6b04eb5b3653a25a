import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/** The executable. */
export const command = fileURLToPath(new URL('../../../bin/lockstep.js', import.meta.url))

/** How a command ended, and what it printed. */
export interface Outcome {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

/**
 * Runs the command as a shell would, against the devnet at a URL.
 * @param input - What is piped in.
 * @param variables - Of the environment, beside this process's.
 */
export function runCommand(
  rpcUrl: string,
  args: readonly string[],
  input = '',
  variables: Readonly<Record<string, string>> = {},
): Promise<Outcome> {
  const env = { ...process.env, LOCKSTEP_RPC_URL: rpcUrl, NO_COLOR: '1', ...variables }
  return new Promise((resolve) => {
    const child = execFile(process.execPath, [command, ...args], { env }, (error, stdout, stderr) =>
      resolve({ code: error ? Number(error.code) : 0, stdout, stderr }),
    )
    child.stdin?.on('error', () => {
      // A command that reads nothing may end before its input is written.
    })
    child.stdin?.end(input)
  })
}
