import type { HookContext, NetworkHooks } from 'hardhat/types/hooks'
import type { ChainType, NetworkConnection } from 'hardhat/types/network'
import type { ChildDevnet } from '../childDevnet.js'
import { openWithDevnet } from './opening.js'

/** Ties the life of a devnet to that of its connection. */
export default async (): Promise<Partial<NetworkHooks>> => {
  const devnets = new WeakMap<NetworkConnection<string>, ChildDevnet>()
  return {
    newConnection: async <ChainTypeT extends ChainType | string>(
      context: HookContext,
      next: (nextContext: HookContext) => Promise<NetworkConnection<ChainTypeT>>,
    ) => {
      const { connection, devnet } = await openWithDevnet(() => next(context))
      if (!devnet) return connection
      devnets.set(connection, devnet)
      return Object.assign(connection, { lockstep: { url: devnet.url } })
    },
    closeConnection: async (context, connection, next) => {
      try {
        await next(context, connection)
      } finally {
        await devnets.get(connection)?.close()
      }
    },
  }
}
