import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { BaseError } from '@lockstep/precompile'
import type { Node } from '../node/node.js'
import { answerText, errorText, send } from './answer.js'
import { allowCrossOrigin } from './cors.js'
import { ErrorCode } from './errors.js'
import { createHandlers, type HandlerOptions, type Handlers } from './handlers.js'

const MEBI = 1024 * 1024

export interface ServerOptions extends HandlerOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 8545; 0 takes a free one. */
  readonly port?: number
  /** Origin whose pages may read the answers, `*` (default) for all, false for none. */
  readonly allowOrigin?: string | false
  /** Bytes of one request. Default 16 MiB; `Infinity` lifts the limit. */
  readonly maxBodyBytes?: number
  /** Time in which a client must have sent its request, and taken the answer. Default 60 s. */
  readonly transferTimeoutMs?: number
}

export interface RpcServer {
  readonly url: string
  readonly port: number
  readonly handlers: Handlers
  /** Lets requests under way finish for a moment, then drops every connection. The node stays open. */
  close(): Promise<void>
}

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

/** How long requests under way may go on when the server closes. */
const closeGraceMs = 2_000

/**
 * Serves a node's JSON-RPC over HTTP.
 * @throws PortInUseError, ListenError
 * @example
 * const server = await createServer(node, { port: 0 })
 * await fetch(server.url, { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}' })
 */
export async function createServer(node: Node, options: ServerOptions = {}): Promise<RpcServer> {
  const { host = '127.0.0.1', port = 8545, transferTimeoutMs = 60_000 } = options
  const handlers = createHandlers(node, options)
  const timeouts = {
    requestTimeout: transferTimeoutMs,
    headersTimeout: Math.min(transferTimeoutMs, 30_000),
    connectionsCheckingInterval: Math.min(transferTimeoutMs, 10_000),
  }
  const server = createHttpServer(timeouts, (request, response) => {
    void serve(request, response, handlers, {
      ...options,
      transferTimeoutMs,
      isClosing: () => !server.listening,
    })
  })
  // Clients reuse connections; one that is closed as they write to it costs them a request.
  server.keepAliveTimeout = 75_000
  server.on('clientError', refuseMalformed)
  try {
    await listen(server, host, port)
  } catch (error) {
    handlers.close()
    throw error
  }
  const bound = server.address() as AddressInfo
  return {
    url: `http://${urlHost(host)}:${bound.port}`,
    port: bound.port,
    handlers,
    close: () => closeServer(server, handlers),
  }
}

function listen(server: Server, host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE'
      reject(isTaken ? new PortInUseError(host, port, error) : new ListenError(host, port, error))
    })
    server.listen({ host, port }, resolve)
  })
}

/** A literal IPv6 address stands in brackets in a URL; the address for «any» is reached by loopback. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}

async function closeServer(server: Server, handlers: Handlers): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()))
  server.closeIdleConnections()
  const timer = setTimeout(() => server.closeAllConnections(), closeGraceMs)
  await closed
  clearTimeout(timer)
  handlers.close()
}

/** What the HTTP parser itself cannot read. */
function refuseMalformed(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy()
    return
  }
  const status =
    error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? '408 Request Timeout' : '400 Bad Request'
  socket.end(`HTTP/1.1 ${status}\r\nConnection: close\r\n\r\n`)
}

async function serve(
  request: IncomingMessage,
  response: ServerResponse,
  handlers: Handlers,
  options: ServerOptions & { transferTimeoutMs: number; isClosing: () => boolean },
): Promise<void> {
  response.on('error', () => response.destroy())
  const { allowOrigin = '*', maxBodyBytes = 16 * MEBI } = options
  if (allowOrigin !== false) allowCrossOrigin(request, response, allowOrigin)
  if (request.method === 'OPTIONS') return send(response, options, 200)
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST, OPTIONS')
    return send(response, options, 405, 'JSON-RPC takes POST.')
  }
  const body = await readBody(request, maxBodyBytes)
  if (body === 'aborted') return
  if (body === 'too large') {
    const message = `Invalid request: the body exceeds ${maxBodyBytes} bytes`
    return send(response, options, 413, errorText(ErrorCode.invalidRequest, message))
  }
  const answer = await answerText(body, request, handlers)
  // A connection kept alive would hold up a server that waits for its last requests.
  if (options.isClosing()) response.setHeader('connection', 'close')
  return answer === undefined ? send(response, options, 204) : send(response, options, 200, answer)
}

/** Reads a body up to a limit. What is past it still flows, unread, until the request's time is over. */
function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<string | 'aborted' | 'too large'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) {
        chunks.push(chunk)
        return
      }
      chunks.length = 0
      resolve('too large')
    })
    request.on('end', () => resolve(Buffer.concat(chunks).toString('utf8')))
    // The client going away in the middle is no fault of anybody here.
    request.on('error', () => resolve('aborted'))
    request.on('close', () => resolve('aborted'))
  })
}
