import { type ChildProcess, fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { BaseError } from '@lockstep/precompile'

const command = fileURLToPath(new URL('../bin/lockstep.js', import.meta.url))

/** A devnet in a process of its own, which ends with this one whatever happens to it, and does not keep it alive. */
export interface ChildDevnet {
  readonly url: string
  close(): Promise<void>
}

/** The devnet's process ended before it listened. */
export class DevnetStartError extends BaseError {
  override readonly name = 'DevnetStartError'

  /** @param words What it said. */
  constructor(flags: readonly string[], words: string) {
    super(`\`lockstep ${flags.join(' ')}\` did not start.`, {
      remedy: words.trim() || 'It said nothing.',
    })
  }
}

/**
 * Starts a devnet on a free port.
 * @param flags Of the `lockstep` command.
 * @throws DevnetStartError
 */
export async function startChildDevnet(flags: readonly string[] = []): Promise<ChildDevnet> {
  const child = fork(command, ['--port', '0', ...flags, '--quiet'], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    execArgv: [],
  })
  const url = await listening(child, flags)
  for (const handle of [child, child.channel, child.stderr]) {
    // A pipe is a socket, which can be let go; its type does not say so.
    ;(handle as { unref?: () => void } | null)?.unref?.()
  }
  child.stderr?.on('data', (words) => process.stderr.write(words))
  const ended = new Promise<void>((resolve) => child.once('exit', () => resolve()))
  return {
    url,
    async close() {
      // Its end is awaited: until then this process stays.
      child.ref()
      if (child.connected) child.disconnect()
      if (child.exitCode === null && child.signalCode === null) await ended
    },
  }
}

function listening(child: ChildProcess, flags: readonly string[]): Promise<string> {
  const words: string[] = []
  const hear = (chunk: Buffer) => words.push(chunk.toString())
  child.stderr?.on('data', hear)
  return new Promise<string>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', () => reject(new DevnetStartError(flags, words.join(''))))
    child.once('message', (message: { url: string }) => resolve(message.url))
  }).finally(() => child.stderr?.off('data', hear))
}
