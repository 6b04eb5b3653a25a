import type { Server } from 'node:http'
import { type WebSocket, WebSocketServer } from 'ws'
import { Connection, type Wire } from './connection.js'
import { type AllowedOrigin, mayConnect } from './cors.js'
import { type ClientLimits, closeGraceMs, type Endpoint } from './endpoint.js'
import type { Handlers } from './handlers.js'
import { peerOf } from './peer.js'

/** A client that does not answer a ping until the next one is gone. */
const pingIntervalMs = 30_000
/** Status codes of RFC 6455. */
const goingAway = 1001

/** Serves JSON-RPC to WebSockets that clients open at an HTTP server. */
export function serveWebSockets(
  server: Server,
  handlers: Handlers,
  options: ClientLimits & { readonly allowOrigin: AllowedOrigin },
): Endpoint {
  const { maxBodyBytes, maxBacklogBytes, allowOrigin } = options
  const sockets = new WebSocketServer({
    noServer: true,
    // The library takes 0 as no limit.
    maxPayload: Number.isFinite(maxBodyBytes) ? maxBodyBytes : 0,
    perMessageDeflate: false,
  })
  const connections = new Map<WebSocket, Connection>()
  server.on('upgrade', (request, socket, head) => {
    if (!mayConnect(request.headers.origin, allowOrigin)) {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    sockets.handleUpgrade(request, socket, head, (client) => {
      const peer = peerOf(request.headers)
      const connection = new Connection(wireOf(client), handlers, peer, maxBacklogBytes)
      attach(client, connection)
      connections.set(client, connection)
      client.on('close', () => connections.delete(client))
    })
  })
  const heartbeat = setInterval(() => {
    for (const client of connections.keys()) ping(client)
  }, pingIntervalMs).unref()
  return {
    async close() {
      clearInterval(heartbeat)
      await Promise.all([...connections].map(([client, connection]) => goAway(client, connection)))
    },
  }
}

function wireOf(client: WebSocket): Wire {
  return {
    write: (text: string) => client.send(text),
    get buffered() {
      return client.bufferedAmount
    },
    pause: () => client.pause(),
    resume: () => client.resume(),
    destroy: () => client.terminate(),
  }
}

function attach(client: WebSocket, connection: Connection): void {
  client.on('message', (data) => void connection.receive(data.toString()))
  client.on('close', () => connection.closed())
  // Whatever is wrong with the frames, the library closes the connection and says why to the client.
  client.on('error', () => {})
  client.on('pong', () => silent.delete(client))
}

/** Clients that have not answered the last ping. */
const silent = new WeakSet<WebSocket>()

function ping(client: WebSocket): void {
  if (silent.has(client)) {
    client.terminate()
    return
  }
  silent.add(client)
  client.ping()
}

async function goAway(client: WebSocket, connection: Connection): Promise<void> {
  const closed = new Promise<void>((resolve) => client.once('close', () => resolve()))
  const timer = setTimeout(() => client.terminate(), closeGraceMs)
  await Promise.race([connection.idle(), closed])
  client.close(goingAway, 'the node stops')
  await closed
  clearTimeout(timer)
}
