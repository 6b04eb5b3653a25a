import {
  type ClientRequest,
  Agent as HttpAgent,
  request as httpRequest,
  type IncomingHttpHeaders,
  type IncomingMessage,
} from 'node:http'
import { Agent as HttpsAgent, request as httpsRequest } from 'node:https'
import type { RemoteAddress } from './address.js'
import { RemoteFaultError } from './errors.js'

export interface HttpRequest {
  readonly method: 'GET' | 'POST'
  /** From `/v2` on. */
  readonly path: string
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: Uint8Array
  /** Bytes of the answer's body. What is longer is not read. */
  readonly maxBytes: number
  readonly signal: AbortSignal
}

export interface HttpAnswer {
  readonly status: number
  readonly headers: IncomingHttpHeaders
  readonly body: Uint8Array
}

/** Of all headers of an answer together. */
const MAX_HEADER_BYTES = 16 * 1024

/** Connections to one remote, kept open between requests. Follows no redirect and unpacks nothing. */
export class HttpConnections {
  readonly #address: RemoteAddress
  readonly #agent: HttpAgent

  constructor(address: RemoteAddress, maxSockets: number) {
    this.#address = address
    const options = { keepAlive: true, maxSockets, maxFreeSockets: maxSockets }
    this.#agent = address.isSecure ? new HttpsAgent(options) : new HttpAgent(options)
  }

  /**
   * @throws RemoteFaultError when no whole answer came
   * @throws the signal's reason
   */
  async request(request: HttpRequest): Promise<HttpAnswer> {
    request.signal.throwIfAborted()
    const sent = this.#send(request)
    try {
      return await answerOf(sent, request.maxBytes)
    } catch (error) {
      sent.destroy()
      request.signal.throwIfAborted()
      throw error
    }
  }

  close(): void {
    this.#agent.destroy()
  }

  #send({ method, path, headers, body, signal }: HttpRequest): ClientRequest {
    const { isSecure, hostname, port, basePath, query, authorization } = this.#address
    const send = isSecure ? httpsRequest : httpRequest
    const sent = send({
      agent: this.#agent,
      hostname,
      port,
      method,
      path: `${basePath}${path}${query}`,
      headers: {
        ...headers,
        'accept-encoding': 'identity',
        ...(body && { 'content-length': body.length }),
        ...(authorization !== undefined && { authorization }),
      },
      maxHeaderSize: MAX_HEADER_BYTES,
      signal,
    })
    sent.setNoDelay(true)
    sent.end(body)
    return sent
  }
}

function answerOf(sent: ClientRequest, maxBytes: number): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    sent.once('error', (cause) => reject(unreachable(cause)))
    sent.once('response', (response) => {
      readAnswer(response, maxBytes).then(resolve, reject)
    })
  })
}

function readAnswer(response: IncomingMessage, maxBytes: number): Promise<HttpAnswer> {
  return new Promise((resolve, reject) => {
    const { statusCode: status = 0, headers } = response
    const chunks: Buffer[] = []
    let size = 0
    const refuse = (reason: string) => reject(new RemoteFaultError(reason))
    response.once('error', (cause) => reject(unreachable(cause)))
    response.once('close', () => reject(unreachable(new Error('the connection was closed'))))
    if (status >= 300 && status < 400)
      return refuse(`it redirects (${status}), which is not followed`)
    if ((headers['content-encoding'] ?? 'identity') !== 'identity') {
      return refuse('it packed its answer unasked')
    }
    const tooLong = `its answer is longer than ${maxBytes} bytes`
    if (Number(headers['content-length'] ?? 0) > maxBytes) return refuse(tooLong)
    response.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size > maxBytes) return refuse(tooLong)
      chunks.push(chunk)
    })
    response.once('end', () => {
      if (response.complete) resolve({ status, headers, body: Buffer.concat(chunks) })
    })
  })
}

/** Node's words name host and port, never the rest of a URL. */
function unreachable(cause: Error): RemoteFaultError {
  return new RemoteFaultError(`it cannot be reached: ${cause.message}`, { isPassing: true, cause })
}
