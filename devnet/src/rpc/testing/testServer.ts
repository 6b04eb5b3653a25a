import { onTestFinished } from 'vitest'
import { createDevnet, type DevnetOptions } from '../../devnet.js'
import type { Hex } from '../../node/node.js'

/** What a client gets for an error. */
export interface Failure {
  readonly code: number
  readonly message: string
  readonly data?: unknown
}

/** Sends text by HTTP and gives the status, the headers and the text of the answer. */
export async function post(url: string, body: string, headers: Record<string, string> = {}) {
  const response = await fetch(url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  })
  return { status: response.status, headers: response.headers, text: await response.text() }
}

/** Calls methods of a node over HTTP. */
export function rpcClient(url: string) {
  const ask = async (method: string, params: readonly unknown[]) => {
    const request = { jsonrpc: '2.0', id: 1, method, params }
    const { text } = await post(url, JSON.stringify(request))
    return JSON.parse(text) as { result?: unknown; error?: Failure }
  }
  return {
    /** The result; the error of a call that fails is thrown. */
    async call<T = Hex>(method: string, ...params: unknown[]): Promise<T> {
      const { result, error } = await ask(method, params)
      if (error) throw new Error(`${method}: ${error.code} ${error.message}`)
      return result as T
    },
    /** The error of a call that has to fail. */
    async failure(method: string, ...params: unknown[]): Promise<Failure> {
      const { result, error } = await ask(method, params)
      if (!error) throw new Error(`${method} answered ${JSON.stringify(result)}`)
      return error
    },
  }
}

/** A devnet of its own for one test, behind HTTP on a free port. */
export async function testServer(options: DevnetOptions = {}) {
  const devnet = await createDevnet({ port: 0, genesisTimestamp: 1_700_000_000n, ...options })
  onTestFinished(() => devnet.close())
  const { node, url } = devnet
  const addressOf = (index: number) => (node.accounts[index] as { address: Hex }).address
  return { devnet, node, url, addressOf, ...rpcClient(url) }
}
