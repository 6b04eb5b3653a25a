import type { ServerResponse } from 'node:http'
import { ErrorCode } from './errors.js'
import type { Handlers, RpcResponse } from './handlers.js'
import type { Peer } from './peer.js'

/**
 * Answers the text of one request or batch.
 * @returns undefined when nothing is to be said.
 */
export async function answerText(
  body: string,
  peer: Peer,
  handlers: Handlers,
): Promise<string | undefined> {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error)
    return errorText(ErrorCode.parse, `Parse error: ${reason}`)
  }
  const answer = await handlers.handle(value, peer)
  return answer === undefined ? undefined : toText(answer)
}

/** A string has a longest length in this runtime; blocks full of logs can exceed it. */
function toText(answer: RpcResponse | RpcResponse[]): string {
  try {
    return JSON.stringify(answer)
  } catch (error) {
    if (!(error instanceof RangeError)) throw error
    return errorText(ErrorCode.server, 'The answer is too large; ask for less at a time.')
  }
}

/** An error that answers no request in particular. */
export function errorText(code: number, message: string): string {
  return JSON.stringify({
    jsonrpc: '2.0',
    id: null,
    error: { code, message },
  } satisfies RpcResponse)
}

/** Sends an answer; a client that does not take it in time is dropped. */
export function send(
  response: ServerResponse,
  { transferTimeoutMs }: { transferTimeoutMs: number },
  status: number,
  body?: string | Uint8Array,
): void {
  if (typeof body === 'string') response.setHeader('content-type', 'application/json')
  response.setTimeout(transferTimeoutMs, () => response.destroy())
  response.writeHead(status).end(body)
}
