import { randomInt } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Model } from '../../model/model.js'
import { HEADER_LENGTH, headerLengthOf } from '../../openInference/body.js'
import { ProtocolError } from '../../openInference/errors.js'
import { encodeInferRequest } from '../../openInference/request.js'
import {
  BINARY_EXTENSION,
  decodeInferResponse,
  decodeServerMetadata,
} from '../../openInference/response.js'
import { bytesPerElement, dtypeName, elementCount, type Tensor } from '../../tensor.js'
import type { RemoteAddress } from './address.js'
import { RemoteFaultError } from './errors.js'
import type { Expectation } from './expectation.js'
import { type HttpAnswer, HttpConnections, type HttpRequest } from './http.js'

/** What a remote says of itself. */
export interface Build {
  readonly name: string
  readonly version: string
  /** Whether tensors may travel as bytes. */
  readonly binary: boolean
}

const SMALL_ANSWER_BYTES = 64 * 1024
/** Of an element in JSON, with what stands around it: int64 has twenty characters. */
const JSON_BYTES_PER_ELEMENT = 32
const ATTEMPTS = 3
const FIRST_BACKOFF_MS = 25
/** Too many requests, and three ways for a proxy or a server to say that it is not ready just now. */
const PASSING: ReadonlySet<number> = new Set([429, 502, 503, 504])

/** One server of the Open Inference Protocol v2, as its client sees it. */
export class RemoteServer {
  readonly #connections: HttpConnections

  constructor(address: RemoteAddress, maxInFlight: number) {
    // One more for what is asked beside inferences.
    this.#connections = new HttpConnections(address, maxInFlight + 1)
  }

  /** @throws RemoteFaultError where it is not ready to serve */
  async examine(signal: AbortSignal): Promise<Build> {
    await this.#get('/v2/health/live', signal)
    await this.#get('/v2/health/ready', signal)
    const { body } = await this.#get('/v2', signal)
    const { name, version, extensions } = read(() => decodeServerMetadata(body))
    return { name, version, binary: extensions.includes(BINARY_EXTENSION) }
  }

  /** Whether it has a model under this name, ready to run. @throws RemoteFaultError */
  async hasModel(name: string, signal: AbortSignal): Promise<boolean> {
    const path = `/v2/models/${encodeURIComponent(name)}/ready`
    const { status, body } = await this.#send({
      method: 'GET',
      path,
      maxBytes: SMALL_ANSWER_BYTES,
      signal,
    })
    if (status >= 500) throw refused(status)
    return status === 200 && !deniesReadiness(body)
  }

  /**
   * Runs a model there. An error that may pass is met with further tries, each after a longer wait.
   * @returns tensors of the types and shapes that were expected, in the graph's order.
   * @throws RemoteFaultError for anything else
   * @throws the signal's reason
   */
  async infer(
    { model, name, binary }: { model: Model; name: string; binary: boolean },
    inputs: readonly Tensor[],
    expected: readonly Expectation[],
    signal: AbortSignal,
  ): Promise<readonly Tensor[]> {
    const named = inputs.map((input, i) => ({ ...input, name: model.inputs[i]?.name ?? '' }))
    const { bytes, headerLength } = encodeInferRequest(named, binary)
    const answer = await this.#persist({
      method: 'POST',
      path: `/v2/models/${encodeURIComponent(name)}/infer`,
      headers: {
        'content-type':
          headerLength === undefined ? 'application/json' : 'application/octet-stream',
        ...(headerLength !== undefined && { [HEADER_LENGTH]: String(headerLength) }),
      },
      body: bytes,
      maxBytes: maxAnswerBytes(expected),
      signal,
    })
    const outputs = read(() =>
      decodeInferResponse({ bytes: answer.body, headerLength: headerLengthOf(answer.headers) }),
    )
    return expected.map((one) => pick(outputs, one))
  }

  close(): void {
    this.#connections.close()
  }

  async #get(path: string, signal: AbortSignal): Promise<HttpAnswer> {
    const answer = await this.#send({ method: 'GET', path, maxBytes: SMALL_ANSWER_BYTES, signal })
    if (answer.status !== 200) throw refused(answer.status)
    return answer
  }

  async #persist(request: HttpRequest): Promise<HttpAnswer> {
    for (let attempt = 1; ; attempt++) {
      try {
        const answer = await this.#send(request)
        if (answer.status === 200) return answer
        throw refused(answer.status)
      } catch (error) {
        const mayPass = error instanceof RemoteFaultError && error.isPassing
        if (!mayPass || attempt === ATTEMPTS) throw error
        // Anywhere within the wait: clients that failed together do not come back together.
        await this.#pause(randomInt(FIRST_BACKOFF_MS * 2 ** attempt), request.signal)
      }
    }
  }

  /** @throws the signal's reason */
  async #pause(ms: number, signal: AbortSignal): Promise<void> {
    try {
      await sleep(ms, undefined, { signal })
    } finally {
      signal.throwIfAborted()
    }
  }

  #send(request: HttpRequest): Promise<HttpAnswer> {
    return this.#connections.request(request)
  }
}

/** Some say it by the status alone, others by `"ready": false` under a status of 200. */
function deniesReadiness(body: Uint8Array): boolean {
  if (body.length === 0) return false
  try {
    const said = JSON.parse(Buffer.from(body).toString('utf8')) as { ready?: unknown } | null
    return said?.ready === false
  } catch {
    // No JSON, so it says nothing beyond its status.
    return false
  }
}

function refused(status: number): RemoteFaultError {
  return new RemoteFaultError(`it answers with HTTP ${status}`, { isPassing: PASSING.has(status) })
}

function read<T>(decode: () => T): T {
  try {
    return decode()
  } catch (cause) {
    if (!(cause instanceof ProtocolError)) throw cause
    throw new RemoteFaultError(`its answer is malformed: ${cause.shortMessage}`, { cause })
  }
}

function maxAnswerBytes(expected: readonly Expectation[]): number {
  return expected.reduce(
    (sum, { dtype, shape }) =>
      sum + elementCount(shape) * Math.max(bytesPerElement(dtype), JSON_BYTES_PER_ELEMENT),
    SMALL_ANSWER_BYTES,
  )
}

function pick(outputs: readonly (Tensor & { name: string })[], want: Expectation): Tensor {
  const found = outputs.find(({ name }) => name === want.name)
  if (!found) throw new RemoteFaultError(`its answer lacks the output ${JSON.stringify(want.name)}`)
  const { dtype, shape, data } = found
  const got = `${dtypeName(dtype)}[${shape}]`
  const wanted = `${dtypeName(want.dtype)}[${want.shape}]`
  if (got !== wanted) {
    throw new RemoteFaultError(`it gives ${JSON.stringify(want.name)} as ${got}, not as ${wanted}`)
  }
  return { dtype, shape, data }
}
