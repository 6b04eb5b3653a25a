import {
  type Address,
  type Client,
  type Hex,
  type Transaction,
  TransactionNotFoundError,
  type TransactionReceipt,
  TransactionReceiptNotFoundError,
} from 'viem'
import {
  getBlock,
  getBlockNumber,
  getTransaction,
  getTransactionCount,
  getTransactionReceipt,
} from 'viem/actions'
import { throwIfAborted, untilAborted } from '../errors/abort.js'
import { BaseError } from '../errors/base.js'
import { withTypedErrors } from '../errors/node.js'

/** How long to wait for a receipt. */
export interface WaitOptions {
  /** Blocks that must stand before the receipt counts, its own among them. Default: 1. */
  readonly confirmations?: number | undefined
  /** Milliseconds between two looks. Default: the client's. */
  readonly pollingInterval?: number | undefined
  /** Milliseconds. Default: 180,000. */
  readonly timeout?: number | undefined
  /** Ends the wait; what was sent stays sent. */
  readonly signal?: AbortSignal | undefined
}

/** No block took the transaction in time. */
export class ReceiptTimeoutError extends BaseError {
  override readonly name = 'ReceiptTimeoutError'

  constructor(
    readonly hash: Hex,
    readonly timeout: number,
  ) {
    super(`Transaction ${hash} was not mined within ${timeout} ms.`, {
      remedy:
        'It may still be: ask for its receipt later, or send one of the same nonce that pays more.',
    })
  }
}

/** The node no longer knows the transaction, and its nonce is unused: nothing was changed, and it can be sent anew. */
export class TransactionDroppedError extends BaseError {
  override readonly name = 'TransactionDroppedError'

  constructor(readonly hash: Hex) {
    super(`Transaction ${hash} was dropped: no block holds it, and no pool.`, {
      remedy: 'Send it anew, with a fresh observation.',
    })
  }
}

/** Another transaction of the sender took the nonce. */
export class TransactionReplacedError extends BaseError {
  override readonly name = 'TransactionReplacedError'

  /** @param replacement What was mined in its place; undefined where no block still tells. */
  constructor(
    readonly hash: Hex,
    readonly replacement: Transaction | undefined,
  ) {
    super(`Transaction ${hash} was replaced${replacement ? ` by ${replacement.hash}` : ''}.`, {
      remedy: 'Somebody with the same key sent another transaction of that nonce.',
    })
  }
}

/** Who sent a transaction, and which of theirs it is. */
export interface Slot {
  readonly from: Address
  readonly nonce: number
}

export const defaultTimeout = 180_000
/** A node behind a load balancer may not have heard of a transaction that another one took. */
const missesUntilDropped = 3

/**
 * Waits for a transaction's receipt, on the chain as it stands: a transaction that a reorganisation took out is waited
 * for once more. A replacement that does the same for another price counts as the transaction itself.
 * @throws ReceiptTimeoutError, TransactionDroppedError, TransactionReplacedError, AbortedError, NodeFaultError
 */
export async function waitForReceipt(
  client: Client,
  hash: Hex,
  options: WaitOptions,
  { slot, since = performance.now() }: { slot?: Slot; since?: number } = {},
): Promise<TransactionReceipt> {
  const { timeout = defaultTimeout, signal, pollingInterval = client.pollingInterval } = options
  const until = since + timeout
  const watch = new Watch(client, hash, slot)
  for (;;) {
    throwIfAborted(signal, hash)
    const receipt = await untilAborted(
      withTypedErrors(() => watch.look()),
      signal,
      hash,
    )
    if (receipt && (await isDeepEnough(client, receipt, options.confirmations))) return receipt
    const left = until - performance.now()
    if (left <= 0) throw new ReceiptTimeoutError(hash, timeout)
    await untilAborted(within(new Promise(() => {}), Math.min(pollingInterval, left)), signal, hash)
  }
}

/** What is known of a transaction between two looks. */
class Watch {
  private sent: Transaction | undefined
  private misses = 0
  private firstBlock: bigint | undefined

  constructor(
    private readonly client: Client,
    private hash: Hex,
    private readonly slot: Slot | undefined,
  ) {}

  async look(): Promise<TransactionReceipt | undefined> {
    const { client, hash } = this
    this.firstBlock ??= await getBlockNumber(client, { cacheTime: 0 })
    const receipt = await getTransactionReceipt(client, { hash }).catch(absent)
    if (receipt) return receipt
    const known = await getTransaction(client, { hash }).catch(absent)
    if (known) {
      this.sent = known
      this.misses = 0
      return undefined
    }
    return this.lookForReplacement()
  }

  /** Neither mined nor waiting: its nonce tells what became of it. */
  private async lookForReplacement(): Promise<TransactionReceipt | undefined> {
    const { client, hash, firstBlock = 0n } = this
    const slot = this.sent ?? this.slot
    if (slot) {
      const latest = await getBlockNumber(client, { cacheTime: 0 })
      const used = await countAt(client, slot.from, latest)
      if (used > slot.nonce) {
        // A reorganisation may have made the chain shorter.
        const range = { first: firstBlock > latest ? 0n : firstBlock, last: latest }
        const replacement = await findBySlot(client, slot, range)
        // Mined between the two questions: the next look finds its receipt.
        if (replacement?.hash === hash) return undefined
        if (!replacement || !this.sent || !isSame(this.sent, replacement))
          throw new TransactionReplacedError(hash, replacement)
        this.hash = replacement.hash
        return getTransactionReceipt(client, { hash: replacement.hash })
      }
    }
    if (++this.misses >= missesUntilDropped) throw new TransactionDroppedError(hash)
    return undefined
  }
}

/** The transaction that used a nonce, by a binary search for the block that raised the sender's count past it. */
async function findBySlot(
  client: Client,
  { from, nonce }: Slot,
  { first, last }: { first: bigint; last: bigint },
): Promise<Transaction | undefined> {
  let [low, high] = [first, last]
  while (low < high) {
    const middle = (low + high) / 2n
    if ((await countAt(client, from, middle)) > nonce) high = middle
    else low = middle + 1n
  }
  const block = await getBlock(client, { blockNumber: low, includeTransactions: true })
  return block.transactions.find(
    (each) => each.from.toLowerCase() === from.toLowerCase() && each.nonce === nonce,
  )
}

function countAt(client: Client, address: Address, blockNumber: bigint): Promise<number> {
  return getTransactionCount(client, { address, blockNumber })
}

function isSame(a: Transaction, b: Transaction): boolean {
  return a.to === b.to && a.value === b.value && a.input === b.input
}

async function isDeepEnough(
  client: Client,
  { blockNumber }: TransactionReceipt,
  confirmations = 1,
): Promise<boolean> {
  if (confirmations <= 1) return true
  const latest = await getBlockNumber(client, { cacheTime: 0 })
  return latest - blockNumber + 1n >= BigInt(confirmations)
}

function absent(error: unknown): undefined {
  if (error instanceof TransactionReceiptNotFoundError) return undefined
  if (error instanceof TransactionNotFoundError) return undefined
  throw error
}

/** What the promise gives within so many milliseconds; undefined after them. */
export async function within<T>(work: Promise<T>, milliseconds: number): Promise<T | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(() => resolve(undefined), milliseconds)
  })
  try {
    return await Promise.race([work, late])
  } finally {
    clearTimeout(timer)
  }
}
