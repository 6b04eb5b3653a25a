import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { type Call, caller } from './rpc.js'

const lockstep = fileURLToPath(new URL('../devnet/bin/lockstep.js', import.meta.url))
const anvil = fileURLToPath(new URL('../node_modules/.bin/anvil', import.meta.url))

/** A node in a process of its own. */
export interface BenchNode {
  /** From the start of the process to its first answer. */
  readonly startMs: number
  readonly pid: number
  readonly call: Call
  stop(): Promise<void>
}

export function startLockstep(...flags: readonly string[]): Promise<BenchNode> {
  return startNode(process.execPath, [lockstep, ...flags])
}

export function startAnvil(...flags: readonly string[]): Promise<BenchNode> {
  return startNode(anvil, ['--hardfork', 'prague', ...flags])
}

async function startNode(command: string, flags: readonly string[]): Promise<BenchNode> {
  const port = await freePort()
  const started = performance.now()
  const child = spawn(command, [...flags, '--port', String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const lines = createInterface({ input: child.stdout })
  for await (const line of lines) if (line.startsWith('Listening on')) break
  // The log goes on; unread, it would stop the node.
  child.stdout.resume()
  const call = caller(`http://127.0.0.1:${port}`)
  await call('eth_blockNumber')
  return {
    startMs: performance.now() - started,
    pid: child.pid ?? 0,
    call,
    async stop() {
      child.kill()
      await once(child, 'exit')
    },
  }
}

async function freePort(): Promise<number> {
  const probe = createServer().listen(0, '127.0.0.1')
  await once(probe, 'listening')
  const { port } = probe.address() as AddressInfo
  probe.close()
  await once(probe, 'close')
  return port
}
