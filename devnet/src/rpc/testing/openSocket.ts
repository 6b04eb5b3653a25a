import { once } from 'node:events'
import { onTestFinished } from 'vitest'
import WebSocket from 'ws'

/** Any message of a node. */
export interface Message {
  readonly id?: unknown
  readonly result?: unknown
  readonly error?: { readonly code: number; readonly message: string }
  readonly method?: string
  readonly params?: { readonly subscription: string; readonly result: unknown }
}

/** A WebSocket that keeps every message in order, and gives them one by one. */
export async function openSocket(url: string, options: WebSocket.ClientOptions = {}) {
  const socket = new WebSocket(url.replace(/^http/, 'ws'), options)
  onTestFinished(() => socket.terminate())
  const received: Message[] = []
  let wake = () => {}
  socket.on('message', (data) => {
    received.push(JSON.parse(data.toString()))
    wake()
  })
  await once(socket, 'open')
  let lastId = 0
  const next = async (): Promise<Message> => {
    while (received.length === 0) await new Promise<void>((resolve) => (wake = resolve))
    return received.shift() as Message
  }
  return {
    socket,
    /** The next message, be it an answer or a notification. */
    next,
    /** Sends a request, and gives the next message. */
    async ask(method: string, ...params: unknown[]): Promise<Message> {
      socket.send(JSON.stringify({ jsonrpc: '2.0', id: ++lastId, method, params }))
      return next()
    },
  }
}
