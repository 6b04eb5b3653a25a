import { createNode } from './node/createNode.js'
import type { Node } from './node/node.js'
import type { NodeOptions } from './node/options.js'
import { createServer, type RpcServer, type ServerOptions } from './rpc/server.js'

export type DevnetOptions = NodeOptions & Omit<ServerOptions, 'accounts' | 'transactionOrder'>

/** A chain in this process, behind JSON-RPC. */
export interface Devnet {
  readonly node: Node
  readonly server: RpcServer
  /** Where JSON-RPC answers. */
  readonly url: string
  readonly port: number
  close(): Promise<void>
}

/**
 * Starts a chain and serves it.
 * @example
 * const devnet = await createDevnet({ port: 0 })
 * const client = createPublicClient({ transport: http(devnet.url) })
 * await devnet.close()
 */
export async function createDevnet(options: DevnetOptions = {}): Promise<Devnet> {
  const node = await createNode(options)
  try {
    const server = await createServer(node, {
      ...options,
      accounts: node.accounts,
      transactionOrder: options.order ?? 'fees',
    })
    const close = async () => {
      await server.close()
      await node.close()
    }
    return { node, server, url: server.url, port: server.port, close }
  } catch (error) {
    await node.close()
    throw error
  }
}
