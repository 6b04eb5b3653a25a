import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'

const command = fileURLToPath(new URL('../../../bin/lockstep.js', import.meta.url))

export interface LockstepProcess {
  readonly child: ChildProcess
  readonly url: string
}

/**
 * Starts the command as people do, and waits until it listens. It ends with the test, whatever becomes of that.
 * @param limitBytes the largest file that it may write; needs a POSIX shell.
 */
export async function startLockstep(
  args: readonly string[],
  limitBytes?: number,
): Promise<LockstepProcess> {
  const own = [command, '--port', '0', ...args]
  const child =
    limitBytes === undefined
      ? spawn(process.execPath, own, { stdio: ['ignore', 'pipe', 'pipe'] })
      : spawn('bash', ['-c', limitScript(limitBytes), process.execPath, ...own], {
          stdio: ['ignore', 'pipe', 'pipe'],
        })
  onTestFinished(() => void child.kill('SIGKILL'))
  let errors = ''
  child.stderr.on('data', (text) => {
    errors += text
  })
  for await (const line of createInterface({ input: child.stdout })) {
    const address = /^Listening on (.+)$/.exec(line)?.[1]
    if (!address) continue
    child.stdout.resume()
    return { child, url: `http://${address}` }
  }
  throw new Error(`lockstep ended before it listened: ${errors}`)
}

/** Ends it with a signal, and waits until it is gone. */
export async function stop({ child }: LockstepProcess, signal: NodeJS.Signals): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return
  const gone = once(child, 'exit')
  child.kill(signal)
  await gone
}

/** A file that grows past the limit is then an error of the write, as on a full disk, and not the end of the process. */
function limitScript(bytes: number): string {
  return `trap '' XFSZ; ulimit -f ${Math.ceil(bytes / 1024)}; exec "$0" "$@"`
}
