import { once } from 'node:events'
import { mkdtemp, rm, stat, writeFile } from 'node:fs/promises'
import { createServer, connect as openSocket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, expect, onTestFinished, test } from 'vitest'
import { testServer } from './testing/testServer.js'

const isWindows = process.platform === 'win32'

/** A path for a socket that ends with the test. */
async function socketPath(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-ipc-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true }))
  return isWindows ? `\\\\.\\pipe\\${folder.replace(/\W/g, '')}` : join(folder, 'node.ipc')
}

/** A client that gives the lines it receives. */
async function connect(path: string) {
  const socket = openSocket(path)
  onTestFinished(() => void socket.destroy())
  await once(socket, 'connect')
  const lines = socket[Symbol.asyncIterator]()
  let rest = ''
  const next = async (): Promise<unknown> => {
    while (!rest.includes('\n')) {
      const { done, value } = await lines.next()
      if (done) throw new Error('the node closed the connection')
      rest += value
    }
    const [line = '', ...others] = rest.split('\n')
    rest = others.join('\n')
    return JSON.parse(line)
  }
  return { socket, next }
}

describe('IPC', () => {
  test('answers and tells by the same handlers as HTTP', async () => {
    const ipcPath = await socketPath()
    const { call } = await testServer({ ipcPath })
    const { socket, next } = await connect(ipcPath)
    socket.write('{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}{"jsonrpc":"2.0",')
    expect(await next()).toEqual({ jsonrpc: '2.0', id: 1, result: '0x7a69' })
    socket.write('"id":2,"method":"eth_subscribe","params":["newHeads"]}')
    const { result: subscription } = (await next()) as { result: string }
    await call('evm_mine')
    expect(await next()).toMatchObject({ params: { subscription, result: { number: '0x1' } } })
    socket.write('hello\n')
    expect(await next()).toMatchObject({ id: null, error: { code: -32700 } })
  })

  test.skipIf(isWindows)('only its owner may connect, and nothing is left behind', async () => {
    const ipcPath = await socketPath()
    const { devnet } = await testServer({ ipcPath })
    expect((await stat(ipcPath)).mode & 0o777).toBe(0o600)
    const { socket } = await connect(ipcPath)
    await devnet.server.close()
    if (!socket.destroyed) await once(socket.resume(), 'close')
    await expect(stat(ipcPath)).rejects.toThrow('ENOENT')
  })

  test('error: a message over the limit, after which the connection ends', async () => {
    const ipcPath = await socketPath()
    await testServer({ ipcPath, maxBodyBytes: 100 })
    const { socket, next } = await connect(ipcPath)
    socket.write(`["${'x'.repeat(200)}`)
    expect(await next()).toMatchObject({ error: { code: -32600 } })
    await expect(next()).rejects.toThrow('closed the connection')
  })

  test.skipIf(isWindows)(
    'error: a path where something else is, or somebody else listens',
    async () => {
      const file = await socketPath()
      await writeFile(file, 'precious')
      await expect(testServer({ ipcPath: file })).rejects.toThrow('a file that is no socket')
      const ipcPath = await socketPath()
      const { call } = await testServer({ ipcPath })
      await expect(testServer({ ipcPath })).rejects.toThrow('another process listens there')
      expect(await call('eth_chainId')).toBe('0x7a69')
    },
  )

  test.skipIf(isWindows)('a socket that a dead process left is replaced', async () => {
    const ipcPath = await socketPath()
    const left = createServer().listen(ipcPath)
    await once(left, 'listening')
    // A hard link outlives what the server removes as it closes.
    const { link } = await import('node:fs/promises')
    await link(ipcPath, `${ipcPath}.left`)
    left.close()
    await testServer({ ipcPath: `${ipcPath}.left` })
    const { socket, next } = await connect(`${ipcPath}.left`)
    socket.write('{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}')
    expect(await next()).toMatchObject({ result: '0x7a69' })
  })
})
