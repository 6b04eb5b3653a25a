import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { onTestFinished } from 'vitest'
import { readExactGraph } from '../../../exact/read.js'
import { evaluateExact } from '../../../exact/reference.js'
import { readModel } from '../../../model/index.js'
import { headerLengthOf } from '../../../openInference/body.js'
import { decodeInferRequest } from '../../../openInference/request.js'
import { encodeInferResponse } from '../../../openInference/response.js'
import type { Tensor } from '../../../tensor.js'

/** What a server may do to an inference instead of answering it well. */
export type Misdeed = (
  request: IncomingMessage,
  response: ServerResponse,
  outputs: readonly Tensor[],
) => void

export interface ServerOptions {
  readonly version?: string
  readonly binary?: boolean
  readonly models?: readonly Uint8Array[]
  /** Answers of which it thinks something else. */
  answer?(outputs: readonly Tensor[], inputs: readonly Tensor[]): readonly Tensor[]
}

/** A server as somebody else may run it: it computes by the reference semantics, and misbehaves when it is told to. */
export interface TestServer {
  readonly url: string
  readonly host: string
  version: string
  /** Inferences that it was asked for. */
  asked: number
  /** What it does to each inference from now on. */
  misdeed: Misdeed | undefined
  /** What requests brought as `Authorization`. */
  readonly authorizations: Set<string | undefined>
  answer: NonNullable<ServerOptions['answer']>
  close(): Promise<void>
}

export async function startServer(options: ServerOptions = {}): Promise<TestServer> {
  const models = new Map((options.models ?? []).map((bytes) => [readModel(bytes).id, bytes]))
  const binary = options.binary ?? true
  const http = createServer((request, response) => {
    const { url = '', headers } = request
    server.authorizations.add(headers.authorization)
    const [, name, action] = /\/v2\/models\/([^/]+)\/(ready|infer)/.exec(url) ?? []
    const bytes = models.get(name as `0x${string}`)
    if (name === undefined) {
      const extensions = binary ? ['binary_tensor_data'] : []
      response.end(JSON.stringify({ name: 'test', version: server.version, extensions }))
    } else if (!bytes) response.writeHead(404).end('{"error":"unknown model"}')
    else if (action === 'ready') response.end()
    else {
      serveInference(server, { name, bytes, binary }, request, response).catch((error) => {
        response.writeHead(400).end(JSON.stringify({ error: String(error) }))
      })
    }
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${(http.address() as AddressInfo).port}`
  const server: TestServer = {
    url: `http://${host}`,
    host,
    version: options.version ?? '1',
    asked: 0,
    misdeed: undefined,
    authorizations: new Set(),
    answer: options.answer ?? ((outputs) => outputs),
    close: () =>
      new Promise((resolve) => {
        http.close(() => resolve())
        http.closeAllConnections()
      }),
  }
  onTestFinished(() => server.close())
  return server
}

async function serveInference(
  server: TestServer,
  { name, bytes, binary }: { name: string; bytes: Uint8Array; binary: boolean },
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  server.asked++
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  const { inputs } = decodeInferRequest({
    bytes: Buffer.concat(chunks),
    headerLength: headerLengthOf(request.headers),
  })
  const right = evaluateExact(readExactGraph(bytes), inputs)
  const outputs = server.answer(right, inputs)
  if (server.misdeed) return server.misdeed(request, response, outputs)
  const { outputs: names } = readModel(bytes)
  const body = encodeInferResponse({
    model: name,
    outputs: outputs.map((output, i) => ({ ...output, name: names[i]?.name ?? '', binary })),
  })
  if (body.headerLength !== undefined) {
    response.setHeader('inference-header-content-length', body.headerLength)
  }
  response.end(body.bytes)
}

/** The same answers but for the lowest bit of the last byte. */
export function oneBitOff(outputs: readonly Tensor[]): readonly Tensor[] {
  return outputs.map((tensor) => {
    const last = tensor.data.length - 1
    return { ...tensor, data: tensor.data.map((byte, i) => (i === last ? byte ^ 1 : byte)) }
  })
}
