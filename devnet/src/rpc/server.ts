import type { Node } from '../node/node.js'
import { createBeaconService } from './beacon.js'
import type { AllowedOrigin } from './cors.js'
import type { Endpoint } from './endpoint.js'
import { createHandlers, type HandlerOptions, type Handlers } from './handlers.js'
import { listenHttp } from './http.js'
import { listenIpc } from './ipc.js'
import { createInferenceService } from './openInference/service.js'

export { IpcPathError, ListenError, PortInUseError } from './listenErrors.js'

const MEBI = 1024 * 1024

export interface ServerOptions extends HandlerOptions {
  /** One address or several. Default 127.0.0.1. */
  readonly host?: string | readonly string[]
  /** Default 8545; 0 takes a free one. */
  readonly port?: number
  /** Path of a local socket to serve too. Default: none. */
  readonly ipcPath?: string
  /**
   * Origin whose pages may read the answers, `*` (default) for all, false for none. A page of another origin may
   * open no WebSocket either.
   */
  readonly allowOrigin?: AllowedOrigin
  /** Bytes of one request or message. Default 16 MiB; `Infinity` lifts the limit. */
  readonly maxBodyBytes?: number
  /** Bytes that may wait for a WebSocket or IPC client before it is dropped. Default 64 MiB. */
  readonly maxBacklogBytes?: number
  /**
   * Whether to serve the Open Inference Protocol v2 below `/v2`, so that other machines run the chain's models here.
   * Whoever reaches the port may then ask for runs that pay no gas. Default false.
   */
  readonly serveInference?: boolean
  /** Time in which a client must have sent its request, and taken the answer. Default 60 s. */
  readonly transferTimeoutMs?: number
}

export interface RpcServer {
  /** Of HTTP; `ws` in its place reaches WebSocket. */
  readonly url: string
  readonly port: number
  readonly handlers: Handlers
  /** Lets requests under way finish for a moment, then drops every connection. The node stays open. */
  close(): Promise<void>
}

/**
 * Serves a node's JSON-RPC over HTTP and WebSocket and, where asked, IPC.
 * @throws PortInUseError, ListenError, IpcPathError
 * @example
 * const server = await createServer(node, { port: 0 })
 * await fetch(server.url, { method: 'POST', body: '{"jsonrpc":"2.0","id":1,"method":"eth_chainId"}' })
 */
export async function createServer(node: Node, options: ServerOptions = {}): Promise<RpcServer> {
  const handlers = createHandlers(node, options)
  const endpoints: Endpoint[] = []
  const close = async () => {
    await Promise.all(endpoints.map((endpoint) => endpoint.close()))
    handlers.close()
  }
  const limits = limitsOf(options)
  const { port = 8545, allowOrigin = '*', transferTimeoutMs = 60_000, ipcPath } = options
  const onUnexpected = options.onUnexpectedError ?? ((error: unknown) => console.error(error))
  const services = [createBeaconService(node, onUnexpected)]
  if (options.serveInference) services.push(createInferenceService(node, onUnexpected))
  const listen = async (host: string, port: number) => {
    const http = { ...limits, host, port, allowOrigin, transferTimeoutMs, services }
    const endpoint = await listenHttp(handlers, http)
    endpoints.push(endpoint)
    return endpoint
  }
  try {
    const [host, ...others] = hostsOf(options)
    const first = await listen(host, port)
    for (const other of others) await listen(other, first.port)
    if (ipcPath !== undefined) endpoints.push(await listenIpc(ipcPath, handlers, limits))
    return { url: `http://${urlHost(host)}:${first.port}`, port: first.port, handlers, close }
  } catch (error) {
    await close()
    throw error
  }
}

function hostsOf({ host = '127.0.0.1' }: ServerOptions): [string, ...string[]] {
  const [first = '127.0.0.1', ...others] = typeof host === 'string' ? [host] : host
  return [first, ...others]
}

function limitsOf({ maxBodyBytes = 16 * MEBI, maxBacklogBytes = 64 * MEBI }: ServerOptions) {
  return { maxBodyBytes, maxBacklogBytes }
}

/** A literal IPv6 address stands in brackets in a URL; the address for «any» is reached by loopback. */
function urlHost(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1'
  return host.includes(':') ? `[${host}]` : host
}
