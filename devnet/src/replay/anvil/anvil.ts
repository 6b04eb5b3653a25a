import { type ChildProcess, spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { NodeFaultError } from '@lockstep/precompile'

/** Anvil cannot be started here. */
export class AnvilMissingError extends NodeFaultError {
  override readonly name = 'AnvilMissingError'

  constructor(reason: string) {
    super(`Anvil cannot be started: ${reason}.`, {
      remedy: 'Install it with `npm install --save-dev @foundry-rs/anvil`, and start this by npx.',
    })
  }
}

/** A real Anvil, found on the PATH. */
export interface Anvil {
  readonly url: string
  close(): void
}

/** @param flags beside the port, which it chooses. @throws AnvilMissingError */
export async function startAnvil(flags: readonly string[]): Promise<Anvil> {
  const child = spawn('anvil', ['--port', '0', ...flags], { stdio: ['ignore', 'pipe', 'pipe'] })
  const close = () => void child.kill()
  try {
    return { url: await urlOf(child), close }
  } catch (error) {
    close()
    throw error
  }
}

async function urlOf(child: ChildProcess): Promise<string> {
  let errors = ''
  child.stderr?.on('data', (text) => {
    errors = `${errors}${text}`.slice(-1000)
  })
  const failed = new Promise<never>((_, reject) => {
    child.once('error', (error) => reject(new AnvilMissingError(error.message)))
    child.once('exit', () => reject(new AnvilMissingError(errors.trim() || 'it ended at once')))
  })
  const listening = async () => {
    for await (const line of createInterface({ input: child.stdout as never })) {
      const place = /^Listening on (.+)$/.exec(line)?.[1]
      if (!place) continue
      child.stdout?.resume()
      return `http://${place}`
    }
    return failed
  }
  failed.catch(() => {})
  return Promise.race([listening(), failed])
}
