import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { createServer } from 'node:net'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { rpcClient } from './testServer.js'

const anvilBinary = fileURLToPath(new URL('../../../../node_modules/.bin/anvil', import.meta.url))

export type AnvilClient = ReturnType<typeof rpcClient> & {
  readonly url: string
  /** Ends it before the test does. */
  stop(): Promise<void>
}

/**
 * A real Anvil on a free port, with the rules and the genesis time of a test's devnet; it ends with the test.
 * @param flags of Anvil, beside those.
 */
export async function startAnvil(...flags: readonly string[]): Promise<AnvilClient> {
  const port = await freePort()
  const rules = ['--port', String(port), '--timestamp', '1700000000']
  if (!flags.includes('--hardfork')) rules.push('--hardfork', 'prague')
  const anvil = spawn(anvilBinary, [...rules, ...flags], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void anvil.kill())
  await listening(anvil)
  const url = `http://127.0.0.1:${port}`
  const stop = async () => {
    anvil.kill()
    await once(anvil, 'exit')
  }
  return { url, stop, ...rpcClient(url) }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const address = probe.address()
  probe.close()
  await once(probe, 'close')
  return typeof address === 'object' && address ? address.port : 0
}

async function listening(anvil: ChildProcess): Promise<void> {
  let printed = ''
  for await (const chunk of anvil.stdout ?? []) {
    printed += chunk
    if (printed.includes('Listening on')) return
  }
  throw new Error(`Anvil ended early: ${printed}`)
}
