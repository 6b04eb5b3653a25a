import type { Node } from '../node/node.js'
import type { Order } from '../node/order.js'
import type { Accounts } from './accounts.js'
import type { FilterStore } from './filters.js'
import type { Uploads } from './lockstep/uploads.js'
import type { SenderQueue } from './senderQueue.js'
import type { Subscriptions } from './subscriptions.js'

/** What methods work on. */
export interface Context {
  readonly node: Node
  readonly accounts: Accounts
  readonly filters: FilterStore
  readonly subscriptions: Subscriptions
  readonly uploads: Uploads
  /** Orders the transactions that the node signs for one account, so that no two take the same nonce. */
  readonly senders: SenderQueue
  readonly version: string
  /** Order that blocks take transactions in. */
  readonly transactionOrder: Order
  /** As web3_clientVersion gives it. */
  readonly clientVersion: string
  /** Differs between any two runs of a node, and after a reset. */
  instanceId: `0x${string}`
  /** Snapshots that may still be reverted to, with the block that each was taken at. */
  readonly snapshots: Map<`0x${string}`, { number: bigint; hash: `0x${string}` }>
  logging: boolean
  /** Milliseconds of the system's clock at which the head was sealed here, or found at the start. */
  lastBlockWallTime: number
}
