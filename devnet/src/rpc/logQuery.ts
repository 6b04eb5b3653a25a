import { bigIntMax, bigIntMin } from '@ethereumjs/util'
import type { BlockId, Hex, Log, Node, SealedBlock } from '../node/node.js'
import { address, type Codec, CodecError, hash, list, object } from './codec.js'
import { ErrorCode, InvalidParamsError, RpcError } from './errors.js'
import { formatLog, type RpcLog } from './format/log.js'
import { toQuantity } from './format/quantity.js'
import { blockNumber } from './params.js'
import { ask } from './passThrough.js'

/** Which logs: any of the addresses and, at each position, any of the topics. */
export interface LogCriteria {
  readonly addresses?: readonly Hex[]
  /** Null at a position that may hold anything. */
  readonly topics: readonly (readonly Hex[] | null)[]
}

/** Criteria and the blocks to look in: one by its hash, or a range. */
export interface LogQuery extends LogCriteria {
  readonly blockHash?: Hex
  readonly fromBlock?: BlockId
  readonly toBlock?: BlockId
}

const addresses: Codec<readonly Hex[]> = (value) =>
  Array.isArray(value) ? list(address, 1_000)(value) : [address(value)]

const topic: Codec<readonly Hex[] | null> = (value) => {
  if (value === null || value === undefined) return null
  if (!Array.isArray(value)) return [hash(value)]
  // A null among alternatives allows anything, as does an empty list of them.
  if (value.length === 0 || value.includes(null)) return null
  return list(hash, 1_000)(value)
}

const queryFields = object({
  address: addresses,
  topics: list(topic, 4),
  blockHash: hash,
  fromBlock: blockNumber,
  toBlock: blockNumber,
})

/** A filter as eth_getLogs and eth_newFilter take it. */
export const logQuery: Codec<LogQuery> = (value) => {
  const { address: wanted, topics = [], ...blocks } = queryFields(value)
  if (blocks.blockHash && (blocks.fromBlock ?? blocks.toBlock) !== undefined) {
    throw new CodecError('a filter with blockHash or with fromBlock and toBlock, not both', value)
  }
  // An empty list of addresses means any, as geth reads it.
  return { topics, ...(wanted && wanted.length > 0 && { addresses: wanted }), ...blocks }
}

/** Whether a log is one that the criteria ask for. */
function matchesLog(log: Log, { addresses, topics }: LogCriteria): boolean {
  if (addresses && !addresses.includes(log.address.toLowerCase() as Hex)) return false
  if (topics.length > log.topics.length) return false
  return topics.every((allowed, position) => {
    const actual = log.topics[position]
    return allowed === null || (actual !== undefined && allowed.includes(actual))
  })
}

/**
 * The logs of a block that the criteria ask for, in order.
 * @param removed whether the block has left the chain.
 */
export function matchingLogs(
  sealed: SealedBlock,
  criteria: LogCriteria,
  removed: boolean,
): RpcLog[] {
  return sealed.transactions.flatMap((transaction) =>
    transaction.receipt.logs
      .filter((log) => matchesLog(log, criteria))
      .map((log) => formatLog(log, transaction.hash, sealed, removed)),
  )
}

/**
 * The logs of the chain that a query asks for, oldest first.
 * @throws RpcError for an unknown block hash, InvalidParamsError for a range that ends before it starts.
 */
export async function queryLogs(node: Node, query: LogQuery): Promise<RpcLog[]> {
  const logs = await forkedLogs(node, query)
  for await (const sealed of blocksOf(node, query)) {
    for (const log of matchingLogs(sealed, query, false)) logs.push(log)
  }
  return logs
}

/** The logs of blocks that a forked chain has. */
async function forkedLogs(node: Node, query: LogQuery): Promise<RpcLog[]> {
  const { fork } = node
  if (!fork) return []
  const { addresses, topics, blockHash, fromBlock, toBlock } = query
  const criteria = { ...(addresses && { address: addresses }), topics }
  if (blockHash) {
    const isOurs = blockHash !== fork.base.hash && (await node.block({ hash: blockHash }))
    return isOurs
      ? []
      : ((await ask(fork, 'eth_getLogs', [{ ...criteria, blockHash }])) as RpcLog[])
  }
  const base = fork.base.block.header.number
  const from = await height(node, fromBlock ?? 'latest')
  const to = await height(node, toBlock ?? 'latest')
  if (from > base || from > to) return []
  const range = { fromBlock: toQuantity(from), toBlock: toQuantity(bigIntMin(to, base)) }
  return (await ask(fork, 'eth_getLogs', [{ ...criteria, ...range }])) as RpcLog[]
}

async function* blocksOf(node: Node, query: LogQuery): AsyncGenerator<SealedBlock> {
  if (query.blockHash) {
    const sealed = await node.block({ hash: query.blockHash })
    if (!sealed && node.fork) return
    if (!sealed) throw new RpcError(ErrorCode.server, 'unknown block', { data: query.blockHash })
    yield sealed
    return
  }
  const from = await height(node, query.fromBlock ?? 'latest')
  const to = await height(node, query.toBlock ?? 'latest')
  if (
    from > to &&
    query.toBlock !== undefined &&
    query.fromBlock !== undefined &&
    from <= node.head.block.header.number
  ) {
    throw new InvalidParamsError(`invalid block range: fromBlock ${from} is after toBlock ${to}`)
  }
  const first = node.fork ? node.fork.base.block.header.number + 1n : 0n
  for (
    let number = bigIntMax(from, first);
    number <= to && number <= node.head.block.header.number;
    number++
  ) {
    const sealed = await node.block(number)
    if (sealed) yield sealed
  }
}

async function height(node: Node, id: BlockId): Promise<bigint> {
  if (typeof id === 'bigint') return id
  if (id === 'earliest' && node.fork) return 0n
  if (id === 'latest' || id === 'pending') return node.head.block.header.number
  const sealed = await node.block(id)
  return sealed?.block.header.number ?? 0n
}
