import type { IncomingMessage, ServerResponse } from 'node:http'

/**
 * Lets web pages of other origins read the answer.
 * @param allowOrigin `*`, or the origins that may, separated by commas.
 */
export function allowCrossOrigin(
  request: IncomingMessage,
  response: ServerResponse,
  allowOrigin: string,
): void {
  const { origin } = request.headers
  const allowed = allowOrigin.split(',').map((entry) => entry.trim())
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
