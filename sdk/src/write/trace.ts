import type { Address, Client, Hex } from 'viem'

/** A call as `callTracer` tells it. */
export interface CallFrame {
  readonly from: Address
  readonly to?: Address
  readonly gasUsed: Hex
  readonly input: Hex
  readonly output?: Hex
  readonly error?: string
  /** Of a call of the precompile: what it charged, without what the transaction itself costs. */
  readonly inference?: { readonly gas: Hex }
  readonly calls?: readonly CallFrame[]
}

/** The calls of a mined transaction, executed once more. */
export async function traceTransaction(client: Client, hash: Hex): Promise<CallFrame> {
  // viem types `request` by the schema of the client, which need not know this namespace.
  const request = client.request as unknown as (body: object) => Promise<CallFrame>
  return request({ method: 'debug_traceTransaction', params: [hash, { tracer: 'callTracer' }] })
}
