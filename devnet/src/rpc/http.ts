import {
  createServer as createHttpServer,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { answerText, errorText, send } from './answer.js'
import { readBody } from './body.js'
import { type AllowedOrigin, allowCrossOrigin } from './cors.js'
import { type ClientLimits, closeGraceMs, type Endpoint } from './endpoint.js'
import { ErrorCode } from './errors.js'
import type { Handlers } from './handlers.js'
import type { HttpService } from './httpService.js'
import { ListenError, PortInUseError } from './listenErrors.js'
import { peerOf } from './peer.js'
import { serveWebSockets } from './webSocket.js'

export interface HttpOptions extends ClientLimits {
  readonly host: string
  readonly port: number
  readonly allowOrigin: AllowedOrigin
  readonly transferTimeoutMs: number
  /** Answer what comes below paths of their own. */
  readonly services: readonly HttpService[]
}

/**
 * Serves JSON-RPC over HTTP and, on the same port, WebSocket.
 * @throws PortInUseError, ListenError
 */
export async function listenHttp(
  handlers: Handlers,
  options: HttpOptions,
): Promise<Endpoint & { readonly port: number }> {
  const { host, port, transferTimeoutMs } = options
  const timeouts = {
    requestTimeout: transferTimeoutMs,
    headersTimeout: Math.min(transferTimeoutMs, 30_000),
    connectionsCheckingInterval: Math.min(transferTimeoutMs, 10_000),
  }
  const server = createHttpServer(timeouts, (request, response) => {
    void serve(request, response, handlers, { ...options, isClosing: () => !server.listening })
  })
  // Clients reuse connections; one that is closed as they write to it costs them a request.
  server.keepAliveTimeout = 75_000
  server.on('clientError', refuseMalformed)
  const sockets = serveWebSockets(server, handlers, options)
  await listen(server, host, port)
  const close = async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    server.closeIdleConnections()
    const timer = setTimeout(() => server.closeAllConnections(), closeGraceMs)
    await Promise.all([closed, sockets.close()])
    clearTimeout(timer)
  }
  return { port: (server.address() as AddressInfo).port, close }
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
  options: HttpOptions & { isClosing: () => boolean },
): Promise<void> {
  response.on('error', () => response.destroy())
  const service = options.services.find((one) => one.takes(request))
  if (service) return service.serve(request, response, options)
  allowCrossOrigin(request, response, options.allowOrigin)
  if (request.method === 'OPTIONS') return send(response, options, 200)
  if (request.method !== 'POST') {
    response.setHeader('allow', 'POST, OPTIONS')
    return send(response, options, 405, 'JSON-RPC takes POST.')
  }
  const body = await readBody(request, options.maxBodyBytes)
  if (body === 'aborted') return
  if (body === 'too large') {
    const message = `Invalid request: the body exceeds ${options.maxBodyBytes} bytes`
    return send(response, options, 413, errorText(ErrorCode.invalidRequest, message))
  }
  const answer = await answerText(body.toString('utf8'), peerOf(request.headers), handlers)
  // A connection kept alive would hold up a server that waits for its last requests.
  if (options.isClosing()) response.setHeader('connection', 'close')
  return answer === undefined ? send(response, options, 204) : send(response, options, 200, answer)
}
