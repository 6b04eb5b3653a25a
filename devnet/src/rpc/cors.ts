import type { IncomingMessage, ServerResponse } from 'node:http'
import { isLoopback } from './peer.js'

/** Origin whose pages may read the answers: `*` for all, some separated by commas, false for none. */
export type AllowedOrigin = string | false

/** Lets web pages of other origins read the answer. */
export function allowCrossOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  allowOrigin: AllowedOrigin,
): void {
  if (allowOrigin === false) return
  const { origin } = request.headers
  const allowed = listed(allowOrigin)
  if (allowed.includes('*')) {
    response.setHeader('access-control-allow-origin', '*')
  } else {
    response.setHeader('vary', 'origin')
    if (origin === undefined || !allowed.includes(origin)) return
    response.setHeader('access-control-allow-origin', origin)
  }
  if (request.method !== 'OPTIONS') return
  response.setHeader('access-control-allow-methods', 'GET,POST')
  response.setHeader('access-control-allow-headers', 'content-type')
  response.setHeader('access-control-max-age', '600')
}

/**
 * Whether a page of this origin may open a WebSocket: no browser keeps it from reading there, so the server must.
 * @param origin undefined for what is no web page.
 */
export function mayConnect(origin: string | undefined, allowOrigin: AllowedOrigin): boolean {
  if (origin === undefined) return true
  if (allowOrigin === false) return isLoopback(origin)
  const allowed = listed(allowOrigin)
  return allowed.includes('*') || allowed.includes(origin)
}

function listed(allowOrigin: string): string[] {
  return allowOrigin.split(',').map((entry) => entry.trim())
}
