import { anything, boolean, bytes, type Codec, CodecError } from '../codec.js'
import { ErrorCode, InvalidParamsError, RpcError } from '../errors.js'
import { logQuery } from '../logQuery.js'
import { method, optional, required } from '../method.js'
import type { Peer, Subscriber } from '../peer.js'
import type { Topic } from '../subscriptions.js'

const kinds = [
  'newHeads',
  'logs',
  'newPendingTransactions',
  'syncing',
  'lockstep_inferences',
] as const

const kind: Codec<Topic['kind']> = (value) => {
  const known = kinds.find((name) => name === value)
  if (known) return known
  throw new CodecError(`one of ${kinds.join(', ')}`, value)
}

/** What happens on the chain, told over a connection that stays open. */
export const subscribing = [
  method(
    'eth_subscribe',
    [required('subscription kind', kind), optional('subscription options', anything)],
    ({ subscriptions }, wanted, options, peer) =>
      subscriptions.open(subscriberOf(peer), topicOf(wanted, options)),
  ),
  method('eth_unsubscribe', [required('subscription id', bytes)], ({ subscriptions }, id, peer) =>
    subscriptions.end(subscriberOf(peer).channel, id),
  ),
]

function subscriberOf({ subscriber }: Peer): Subscriber {
  if (subscriber) return subscriber
  throw new RpcError(
    ErrorCode.methodNotFound,
    'Method not found: subscriptions need a connection that stays open; connect by WebSocket or IPC',
  )
}

function topicOf(wanted: Topic['kind'], options: unknown): Topic {
  switch (wanted) {
    case 'logs':
      return { kind: wanted, query: decode(logQuery, options ?? {}) }
    case 'newPendingTransactions':
      return { kind: wanted, whole: decode(boolean, options ?? false) }
    default:
      if (options !== undefined) {
        throw new InvalidParamsError(`eth_subscribe: ${wanted} takes no options`)
      }
      return { kind: wanted }
  }
}

function decode<T>(codec: Codec<T>, value: unknown): T {
  try {
    return codec(value)
  } catch (error) {
    if (!(error instanceof CodecError)) throw error
    throw new InvalidParamsError(
      `eth_subscribe: parameter 1 (subscription options)${error.message}`,
    )
  }
}
