import type { IncomingMessage, ServerResponse } from 'node:http'
import { availableParallelism } from 'node:os'
import {
  BaseError,
  BINARY_EXTENSION,
  HEADER_LENGTH,
  headerLengthOf,
  NodeFaultError,
  ProtocolError,
} from '@lockstep/precompile'
import type { Node } from '../../node/node.js'
import { version } from '../../version.js'
import { send } from '../answer.js'
import { readBody } from '../body.js'
import type { HttpService, ServiceLimits } from '../httpService.js'
import { isLoopback } from '../peer.js'
import { InferenceRefusedError } from './errors.js'
import { infer } from './infer.js'
import { findModel, modelMetadata } from './models.js'
import { Turns } from './turns.js'

const MAX_REQUESTS = 64
const MAX_STAGED_BYTES = 256 * 1024 * 1024

/**
 * Serves the Open Inference Protocol v2 for the models of a chain.
 * @param onUnexpected Told of errors that this node did not foresee.
 */
export function createInferenceService(
  node: Node,
  onUnexpected: (error: unknown) => void,
): HttpService {
  const turns = new Turns({
    // One worker less than there are stays for blocks and calls, where there are several.
    atOnce: Math.max(1, availableParallelism() - 2),
    requests: MAX_REQUESTS,
    bytes: MAX_STAGED_BYTES,
  })
  return {
    takes: ({ url = '' }) => /^\/v2(\/|\?|$)/.test(url),
    async serve(request, response, limits) {
      try {
        refuseForeign(request)
        const [path = ''] = (request.url ?? '').split('?', 1)
        const [, name, action] = /^\/v2\/models\/([^/]+)(.*)$/.exec(path) ?? []
        if (name !== undefined && action === '/infer') {
          await serveInference({ node, turns, limits }, unescaped(name), request, response)
          return
        }
        requireMethod(request, 'GET')
        const answer =
          name === undefined
            ? serverAnswer(node, path)
            : await modelAnswer(node, unescaped(name), action ?? '')
        send(response, limits, 200, JSON.stringify(answer))
      } catch (error) {
        refuse(response, limits, error, onUnexpected)
      }
    },
  }
}

/** A web page of another site may not make this machine work; its browser says where it is from with every POST. */
function refuseForeign({ headers: { origin } }: IncomingMessage): void {
  if (origin === undefined || isLoopback(origin)) return
  throw new InferenceRefusedError(403, 'Web pages of other hosts are not served.')
}

function requireMethod({ method }: IncomingMessage, want: 'GET' | 'POST'): void {
  if (method !== want) throw new InferenceRefusedError(405, `This takes ${want}.`)
}

function unescaped(name: string): string {
  try {
    return decodeURIComponent(name)
  } catch (cause) {
    throw new InferenceRefusedError(400, 'The name of the model is escaped wrongly.', { cause })
  }
}

function serverAnswer(node: Node, path: string) {
  switch (path.replace(/\/$/, '')) {
    case '/v2':
      return { name: 'lockstep', version: buildOf(node), extensions: [BINARY_EXTENSION] }
    case '/v2/health/live':
      return { live: true }
    case '/v2/health/ready':
      return { live: true, ready: true }
  }
  throw notServed()
}

/** Two nodes compute alike where they run the same engine: whoever compares their answers wants to know. */
function buildOf({ precompile: { engine } }: Node): string {
  const { engine: name, version: engineVersion } = engine.exactRuntimeId ?? engine.runtimeId
  return `${version}+${name}.${engineVersion}`
}

async function modelAnswer(node: Node, name: string, action: string) {
  if (action.startsWith('/versions')) {
    throw new InferenceRefusedError(
      404,
      'Models have no versions here: another one has another id.',
    )
  }
  if (action !== '' && action !== '/ready') throw notServed()
  const model = await findModel(node, name)
  return action === '/ready' ? { name, ready: true } : modelMetadata(name, model)
}

function notServed(): InferenceRefusedError {
  return new InferenceRefusedError(404, 'The protocol has no such path, or it is not served here.')
}

async function serveInference(
  { node, turns, limits }: { node: Node; turns: Turns; limits: ServiceLimits },
  name: string,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  requireMethod(request, 'POST')
  const size = announcedSize(request, limits.maxBodyBytes)
  const release = turns.admit(size)
  const gone = new AbortController()
  response.once('close', () => gone.abort())
  try {
    const bytes = await readBody(request, limits.maxBodyBytes)
    if (bytes === 'aborted') return
    if (bytes === 'too large') throw tooLarge(limits.maxBodyBytes)
    const headerLength = headerLengthOf(request.headers)
    const body = await turns.run(async () => {
      gone.signal.throwIfAborted()
      return infer(node, name, { bytes, headerLength }, gone.signal)
    })
    const isBinary = body.headerLength !== undefined
    if (isBinary) response.setHeader(HEADER_LENGTH, body.headerLength)
    response.setHeader('content-type', isBinary ? 'application/octet-stream' : 'application/json')
    send(response, limits, 200, body.bytes)
  } finally {
    release()
  }
}

/** What a body will cost is known before it is read. */
function announcedSize({ headers }: IncomingMessage, maxBytes: number): number {
  if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
    throw new InferenceRefusedError(415, 'Packed bodies are not taken.')
  }
  if (headers['content-length'] === undefined) {
    throw new InferenceRefusedError(411, 'A request says how long it is with Content-Length.')
  }
  const size = Number(headers['content-length'])
  if (size > maxBytes) throw tooLarge(maxBytes)
  return size
}

function tooLarge(maxBytes: number): InferenceRefusedError {
  return new InferenceRefusedError(413, `The body is longer than ${maxBytes} bytes.`)
}

function refuse(
  response: ServerResponse,
  limits: ServiceLimits,
  error: unknown,
  onUnexpected: (error: unknown) => void,
): void {
  // Nobody is there to be told.
  if (response.destroyed) return
  const { status, message } = describe(error, onUnexpected)
  if (status === 503) response.setHeader('retry-after', '1')
  if (status === 405) response.setHeader('allow', 'GET, POST')
  // What is left of a body that nobody reads would stand before the next request.
  if (status !== 200) response.setHeader('connection', 'close')
  send(response, limits, status, JSON.stringify({ error: message }))
}

function describe(error: unknown, onUnexpected: (error: unknown) => void) {
  if (error instanceof InferenceRefusedError)
    return { status: error.status, message: error.message }
  if (error instanceof ProtocolError) return { status: 400, message: error.message }
  if (error instanceof NodeFaultError) return { status: 500, message: error.message }
  if (error instanceof BaseError) return { status: 400, message: error.message }
  onUnexpected(error)
  return { status: 500, message: 'This node failed in a way that it did not foresee.' }
}
