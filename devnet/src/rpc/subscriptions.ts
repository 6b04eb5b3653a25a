import { randomBytes } from 'node:crypto'
import type { Hex, Node, PooledTransaction, SealedBlock } from '../node/node.js'
import { ErrorCode, RpcError } from './errors.js'
import { formatHeader } from './format/block.js'
import { formatInference } from './format/inference.js'
import { formatPooledTransaction } from './format/transaction.js'
import { type LogQuery, matchingLogs } from './logQuery.js'
import type { Channel, Subscriber } from './peer.js'

/** One client may not make every block dear. */
const maxPerChannel = 1_000

/** What a client can hear of. */
export type Topic =
  | { readonly kind: 'newHeads' | 'syncing' | 'lockstep_inferences' }
  | { readonly kind: 'logs'; readonly query: LogQuery }
  | { readonly kind: 'newPendingTransactions'; readonly whole: boolean }

interface Subscription {
  readonly id: Hex
  readonly topic: Topic
  readonly channel: Channel
  /** What happened before the client was told the id. */
  held: string[] | undefined
}

/** Tells clients whose connections stay open what happens on the chain. */
export class Subscriptions {
  private readonly byChannel = new Map<Channel, Map<Hex, Subscription>>()
  private readonly stops: readonly (() => void)[]

  constructor(node: Node) {
    this.stops = [
      node.on('block', (sealed) => this.onBlock(sealed)),
      node.on('removed', (blocks) => this.onRemoved(blocks)),
      node.on('pendingTransaction', (pooled) => this.onPending(pooled)),
    ]
  }

  /** Tells the subscriber of the topic from now on. Returns the id under which it hears. */
  open({ channel, afterAnswer }: Subscriber, topic: Topic): Hex {
    const own = this.byChannel.get(channel) ?? new Map<Hex, Subscription>()
    if (own.size >= maxPerChannel) {
      throw new RpcError(
        ErrorCode.server,
        `too many subscriptions: this connection has ${maxPerChannel}; end some with eth_unsubscribe`,
      )
    }
    const id: Hex = `0x${randomBytes(16).toString('hex')}`
    const subscription: Subscription = { id, topic, channel, held: [] }
    own.set(id, subscription)
    this.byChannel.set(channel, own)
    // This chain is its own and always in step, which nobody would learn if only changes were told.
    if (topic.kind === 'syncing') tell(subscription, false)
    afterAnswer(() => release(subscription))
    return id
  }

  /** False when the channel has no such subscription. */
  end(channel: Channel, id: Hex): boolean {
    const own = this.byChannel.get(channel)
    const isEnded = own?.delete(id) ?? false
    if (own?.size === 0) this.byChannel.delete(channel)
    return isEnded
  }

  /** Ends every subscription of a client that has gone. */
  forget(channel: Channel): void {
    this.byChannel.delete(channel)
  }

  close(): void {
    for (const stop of this.stops) stop()
    this.byChannel.clear()
  }

  private onBlock(sealed: SealedBlock): void {
    for (const subscription of this.all()) {
      const { topic } = subscription
      if (topic.kind === 'newHeads') tell(subscription, formatHeader(sealed))
      if (topic.kind === 'logs') tellLogs(subscription, sealed, topic.query)
      if (topic.kind !== 'lockstep_inferences') continue
      for (const inference of sealed.inferences) {
        tell(subscription, formatInference(inference, sealed))
      }
    }
  }

  private onRemoved(blocks: readonly SealedBlock[]): void {
    for (const subscription of this.all()) {
      const { topic } = subscription
      if (topic.kind !== 'logs') continue
      for (const sealed of blocks) {
        for (const log of matchingLogs(sealed, topic.query, true).reverse()) tell(subscription, log)
      }
    }
  }

  private onPending(pooled: PooledTransaction): void {
    for (const subscription of this.all()) {
      const { topic } = subscription
      if (topic.kind !== 'newPendingTransactions') continue
      tell(subscription, topic.whole ? formatPooledTransaction(pooled) : pooled.hash)
    }
  }

  /** A copy: a client that is told may be dropped for being slow. */
  private all(): Subscription[] {
    return [...this.byChannel.values()].flatMap((own) => [...own.values()])
  }
}

function tellLogs(subscription: Subscription, sealed: SealedBlock, query: LogQuery): void {
  for (const log of matchingLogs(sealed, query, false)) tell(subscription, log)
}

function tell({ id, held, channel }: Subscription, result: unknown): void {
  const params = { subscription: id, result }
  const text = JSON.stringify({ jsonrpc: '2.0', method: 'eth_subscription', params })
  if (held) held.push(text)
  else channel.push(text)
}

function release(subscription: Subscription): void {
  const { held = [], channel } = subscription
  subscription.held = undefined
  for (const text of held) channel.push(text)
}
