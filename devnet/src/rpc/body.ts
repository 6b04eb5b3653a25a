import type { IncomingMessage } from 'node:http'

/** Reads a body up to a limit. What is past it still flows, unread, until the request's time is over. */
export function readBody(
  request: IncomingMessage,
  maxBytes: number,
): Promise<Buffer | 'aborted' | 'too large'> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    let size = 0
    request.on('data', (chunk: Buffer) => {
      size += chunk.length
      if (size <= maxBytes) {
        chunks.push(chunk)
        return
      }
      chunks.length = 0
      resolve('too large')
    })
    request.on('end', () => resolve(Buffer.concat(chunks)))
    // The client going away in the middle is no fault of anybody here.
    request.on('error', () => resolve('aborted'))
    request.on('close', () => resolve('aborted'))
  })
}
