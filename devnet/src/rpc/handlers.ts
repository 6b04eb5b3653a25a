import { randomBytes } from 'node:crypto'
import type { DevAccount } from '../node/accounts.js'
import type { Node } from '../node/node.js'
import type { Order } from '../node/order.js'
import { version } from '../version.js'
import { Accounts } from './accounts.js'
import type { Context } from './context.js'
import {
  type ErrorBody,
  ErrorCode,
  InvalidParamsError,
  MethodNotFoundError,
  RpcError,
  toErrorBody,
} from './errors.js'
import { FilterStore } from './filters.js'
import { type UploadLimits, Uploads } from './lockstep/uploads.js'
import type { Method } from './method.js'
import { methods } from './methods.js'
import { passThrough } from './passThrough.js'
import { type Channel, inProcess, type Peer } from './peer.js'
import { SenderQueue } from './senderQueue.js'
import { Subscriptions } from './subscriptions.js'

export type RequestId = string | number | null

export interface RpcResponse {
  readonly jsonrpc: '2.0'
  readonly id: RequestId
  readonly result?: unknown
  readonly error?: ErrorBody
}

export interface HandlerOptions {
  /** Accounts that the node signs for. */
  readonly accounts?: readonly DevAccount[]
  /** Whether to send from any address without its key. Default false. */
  readonly autoImpersonate?: boolean
  /** Order that blocks take transactions in, as anvil_nodeInfo tells it. Default `fees`. */
  readonly transactionOrder?: Order
  /** Who may upload models: `local` (default), `anyone`, or `nobody`. */
  readonly modelUpload?: 'local' | 'anyone' | 'nobody'
  readonly uploadLimits?: Partial<UploadLimits>
  /** Most requests in one batch. Default 1000. */
  readonly maxBatch?: number
  /** Told of every method as it is called. */
  readonly onCall?: (method: string) => void
  /** Told of errors that this node did not foresee. Default: prints them on stderr. */
  readonly onUnexpectedError?: (error: unknown) => void
}

/** The RPC surface without a transport: JSON values in, JSON values out. */
export interface Handlers {
  /** Names of every method served, aliases included. */
  readonly methodNames: readonly string[]
  /**
   * Answers one request or a batch. Never throws.
   * @returns undefined when nothing is to be said: a notification, or a batch of them.
   */
  handle(request: unknown, peer?: Peer): Promise<RpcResponse | RpcResponse[] | undefined>
  /** Ends the subscriptions of a client that has gone. */
  forget(channel: Channel): void
  close(): void
}

/**
 * Makes the table of methods over a node.
 * @param node the chain that they act on; it is not closed with the handlers.
 */
export function createHandlers(node: Node, options: HandlerOptions = {}): Handlers {
  const { maxBatch = 1000 } = options
  const onUnexpected = options.onUnexpectedError ?? ((error: unknown) => console.error(error))
  const context = createContext(node, options, onUnexpected)
  const stopTiming = node.on('block', () => {
    context.lastBlockWallTime = Date.now()
  })
  const table = new Map(methods.flatMap((entry) => entry.names.map((name) => [name, entry])))

  const answer = async (request: unknown, peer: Peer): Promise<RpcResponse | undefined> => {
    const id = idOf(request)
    let isNotification = false
    try {
      const { method, params, ...read } = readRequest(request)
      isNotification = read.isNotification
      if (context.logging) options.onCall?.(method)
      const result = await dispatch(table, context, method, params, peer)
      return isNotification ? undefined : { jsonrpc: '2.0', id, result: result ?? null }
    } catch (error) {
      const body = toErrorBody(error, onUnexpected)
      return isNotification ? undefined : { jsonrpc: '2.0', id, error: body }
    }
  }

  return {
    methodNames: [...table.keys()],
    async handle(request, peer = inProcess) {
      if (!Array.isArray(request)) return answer(request, peer)
      if (request.length === 0) return refuse('an empty batch')
      if (request.length > maxBatch) {
        return refuse(`a batch of ${request.length}, of at most ${maxBatch} requests`)
      }
      const responses: RpcResponse[] = []
      // In order, since one may change what the next one reads.
      for (const entry of request) {
        const response = await answer(entry, peer)
        if (response) responses.push(response)
      }
      return responses.length === 0 ? undefined : responses
    },
    forget: (channel) => context.subscriptions.forget(channel),
    close() {
      stopTiming()
      context.filters.close()
      context.subscriptions.close()
      context.uploads.close()
    },
  }
}

/** Tools offer a development chain's methods only where this name starts with one that they know. */
const anvilVersion = 'anvil/v1.7.1'

function createContext(
  node: Node,
  options: HandlerOptions,
  onError: (error: unknown) => void,
): Context {
  const { modelUpload = 'local', uploadLimits, autoImpersonate = false } = options
  return {
    node,
    accounts: new Accounts(options.accounts ?? [], { autoImpersonate }),
    filters: new FilterStore(node),
    subscriptions: new Subscriptions(node),
    uploads: new Uploads(node, { allow: modelUpload, onError, ...uploadLimits }),
    senders: new SenderQueue(),
    version,
    transactionOrder: options.transactionOrder ?? 'fees',
    clientVersion: `${anvilVersion} (lockstep/v${version})`,
    instanceId: `0x${randomBytes(32).toString('hex')}`,
    snapshots: new Map(),
    logging: true,
    lastBlockWallTime: Date.now(),
  }
}

async function dispatch(
  table: ReadonlyMap<string, Method>,
  context: Context,
  name: string,
  params: readonly unknown[],
  peer: Peer,
): Promise<unknown> {
  const method = table.get(name)
  if (!method) throw new MethodNotFoundError(name)
  const remote = await passThrough(context.node, name, params)
  if (remote) return remote.result
  return method.call(name, context, params, peer)
}

interface Request {
  readonly method: string
  readonly params: readonly unknown[]
  readonly isNotification: boolean
}

/** @throws RpcError when the value is no JSON-RPC 2.0 request. */
function readRequest(value: unknown): Request {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw invalidRequest('a request must be an object')
  }
  const { jsonrpc, method, params, id } = value as Record<string, unknown>
  if (jsonrpc !== '2.0') throw invalidRequest('jsonrpc must be "2.0"')
  if (typeof method !== 'string') throw invalidRequest('method must be a string')
  if (!isId(id) && id !== undefined) throw invalidRequest('id must be a string, a number or null')
  if (params !== undefined && params !== null && !Array.isArray(params)) {
    throw new InvalidParamsError(`${method} takes its parameters in a list`)
  }
  return { method, params: params ?? [], isNotification: id === undefined }
}

function isId(id: unknown): id is RequestId {
  return id === null || typeof id === 'string' || typeof id === 'number'
}

function idOf(request: unknown): RequestId {
  if (typeof request !== 'object' || request === null || !('id' in request)) return null
  return isId(request.id) ? request.id : null
}

function invalidRequest(reason: string): RpcError {
  return new RpcError(ErrorCode.invalidRequest, `Invalid request: ${reason}`)
}

function refuse(reason: string): RpcResponse {
  return {
    jsonrpc: '2.0',
    id: null,
    error: { code: ErrorCode.invalidRequest, message: `Invalid request: ${reason}` },
  }
}
