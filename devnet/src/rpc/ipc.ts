import { chmod, lstat, rm } from 'node:fs/promises'
import { connect, createServer, type Server, type Socket } from 'node:net'
import { errorText } from './answer.js'
import { Connection } from './connection.js'
import { type ClientLimits, closeGraceMs, type Endpoint } from './endpoint.js'
import { ErrorCode } from './errors.js'
import type { Handlers } from './handlers.js'
import { JsonStream, MessageTooLargeError } from './jsonStream.js'
import { IpcPathError } from './listenErrors.js'

/**
 * Serves JSON-RPC on a local socket that only its owner may open. A socket that a dead process left is replaced.
 * @throws IpcPathError
 */
export async function listenIpc(
  path: string,
  handlers: Handlers,
  limits: ClientLimits,
): Promise<Endpoint> {
  await clear(path)
  const connections = new Map<Socket, Connection>()
  const server = createServer((socket) => {
    const connection = accept(socket, handlers, limits)
    connections.set(socket, connection)
    socket.on('close', () => connections.delete(socket))
  })
  await listen(server, path)
  return {
    async close() {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()))
      const drop = () => {
        for (const socket of connections.keys()) socket.destroy()
      }
      const timer = setTimeout(drop, closeGraceMs)
      for (const [socket, connection] of connections) {
        void connection.idle().then(() => socket.end(() => socket.destroy()))
      }
      await closed
      clearTimeout(timer)
    },
  }
}

/** @throws IpcPathError when something else is there, or a process that lives. */
async function clear(path: string): Promise<void> {
  if (process.platform === 'win32') return
  const found = await lstat(path).catch(() => undefined)
  if (!found) return
  if (!found.isSocket()) throw new IpcPathError(path, 'there is a file that is no socket')
  if (await answers(path)) throw new IpcPathError(path, 'another process listens there')
  await rm(path, { force: true })
}

function answers(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = connect(path, () => {
      probe.destroy()
      resolve(true)
    })
    probe.on('error', () => resolve(false))
  })
}

async function listen(server: Server, path: string): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(new IpcPathError(path, error.message, error)))
    server.listen(path, resolve)
  })
  if (process.platform !== 'win32') await chmod(path, 0o600)
}

function accept(socket: Socket, handlers: Handlers, limits: ClientLimits): Connection {
  const wire = {
    write: (text: string) => void socket.write(`${text}\n`),
    get buffered() {
      return socket.writableLength
    },
    pause: () => void socket.pause(),
    resume: () => void socket.resume(),
    destroy: () => void socket.destroy(),
  }
  const connection = new Connection(wire, handlers, { local: true }, limits.maxBacklogBytes)
  const stream = new JsonStream(limits.maxBodyBytes)
  socket.on('data', (chunk) => {
    try {
      for (const text of stream.push(chunk)) void connection.receive(text)
    } catch (error) {
      if (!(error instanceof MessageTooLargeError)) throw error
      // Where the next message starts is unknown from here on.
      const message = `Invalid request: ${error.message}`
      socket.end(`${errorText(ErrorCode.invalidRequest, message)}\n`, () => socket.destroy())
    }
  })
  socket.on('close', () => connection.closed())
  // The client going away in the middle is no fault of anybody here.
  socket.on('error', () => socket.destroy())
  return connection
}
