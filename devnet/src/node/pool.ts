import type { TypedTransaction } from '@ethereumjs/tx'
import type { BaseError } from '@lockstep/precompile'
import { PoolError } from './errors.js'
import type { KeptPool } from './keptPool.js'
import type { Hex, PooledTransaction } from './node.js'
import { maxGasPrice } from './transaction.js'

interface Entry extends PooledTransaction {
  readonly arrival: number
  fault?: string
}

/** What happened to a transaction that somebody waits for. */
export interface Watch {
  /** Why it was not mined. */
  failure?: BaseError
}

/** Transactions of one sender, and the nonce that its account has at the head. */
interface Sender {
  nonce: bigint
  readonly entries: Map<bigint, Entry>
}

/** Transactions that wait for a block: executable ones (`pending`), and ones behind a gap of nonces (`queued`). */
export class Pool {
  private readonly bySender = new Map<Hex, Sender>()
  private readonly byHash = new Map<Hex, Entry>()
  private readonly watches = new Map<Hex, Watch>()
  private arrivals = 0

  /**
   * @param capacity the most transactions that wait at a time.
   * @param kept where they are kept for the next start.
   */
  constructor(
    private readonly capacity: number,
    readonly kept?: KeptPool,
  ) {}

  /**
   * @param nonce of the sender's account at the head.
   * @throws PoolError when the nonce has passed, the pool is full, or a replacement offers too little.
   */
  add(transaction: PooledTransaction, nonce: bigint): PooledTransaction {
    const { tx, hash, from } = transaction
    const known = this.byHash.get(hash)
    if (known && !known.fault) throw new PoolError('alreadyKnown')
    if (tx.nonce < nonce) throw new PoolError('nonceTooLow', `next is ${nonce}, got ${tx.nonce}`)
    const sender = this.bySender.get(from) ?? { nonce, entries: new Map() }
    const replaced = sender.entries.get(tx.nonce)
    if (replaced && replaced !== known) checkReplacement(replaced.tx, tx)
    else if (!replaced && this.byHash.size >= this.capacity) {
      throw new PoolError('poolFull', `${this.capacity} transactions wait`)
    }
    const entry: Entry = { ...transaction, arrival: this.arrivals++ }
    if (replaced) this.fail(replaced.hash, new PoolError('dropped', `replaced by ${hash}`))
    sender.nonce = nonce
    sender.entries.set(tx.nonce, entry)
    this.bySender.set(from, sender)
    this.byHash.set(hash, entry)
    return entry
  }

  get(hash: Hex): PooledTransaction | undefined {
    return this.byHash.get(hash)
  }

  senders(): Hex[] {
    return [...this.bySender.keys()]
  }

  /** Whether nothing but a block stands between the transaction and being executed. */
  isPending(hash: Hex): boolean {
    const entry = this.byHash.get(hash)
    return entry !== undefined && executable(this.bySender.get(entry.from)).includes(entry)
  }

  /** Executable transactions, a sender at a time, in order of nonce. */
  runs(): Entry[][] {
    return [...this.bySender.values()].map(executable).filter((run) => run.length > 0)
  }

  /** Executable transactions of one sender, in order of nonce. */
  runOf(from: Hex): readonly PooledTransaction[] {
    return executable(this.bySender.get(from))
  }

  list(): { pending: PooledTransaction[]; queued: PooledTransaction[] } {
    const pending = this.runs().flat()
    const ready = new Set<PooledTransaction>(pending)
    const queued = [...this.byHash.values()].filter((entry) => !ready.has(entry))
    return { pending, queued }
  }

  /** The nonce after the sender's executable transactions. */
  nextNonce(from: Hex, nonce: bigint): bigint {
    const sender = this.bySender.get(from)
    if (!sender) return nonce
    let next = nonce
    while (sender.entries.has(next)) next++
    return next
  }

  /** Forgets what the account's nonce has passed. */
  settle(from: Hex, nonce: bigint): void {
    const sender = this.bySender.get(from)
    if (!sender) return
    sender.nonce = nonce
    for (const entry of sender.entries.values()) {
      if (entry.tx.nonce < nonce) this.remove(entry.hash)
    }
  }

  remove(hash: Hex): boolean {
    const entry = this.byHash.get(hash)
    if (!entry) return false
    this.byHash.delete(hash)
    this.kept?.forget(hash)
    const sender = this.bySender.get(entry.from)
    sender?.entries.delete(entry.tx.nonce)
    if (sender?.entries.size === 0) this.bySender.delete(entry.from)
    return true
  }

  /** Takes out a transaction that cannot be mined. */
  fail(hash: Hex, error: BaseError): void {
    if (this.remove(hash)) this.report(hash, error)
  }

  /** Leaves a transaction in the pool that met a fault of this node; sending it again tries it again. */
  markFault(hash: Hex, error: BaseError): void {
    const entry = this.byHash.get(hash)
    if (!entry) return
    entry.fault = error.message
    this.report(hash, error)
  }

  /** Collects why the transaction fails, from now on until `unwatch`. */
  watch(hash: Hex): Watch {
    const watch: Watch = {}
    this.watches.set(hash, watch)
    return watch
  }

  unwatch(hash: Hex): void {
    this.watches.delete(hash)
  }

  clear(): void {
    for (const hash of [...this.byHash.keys()]) this.fail(hash, new PoolError('dropped'))
  }

  private report(hash: Hex, error: BaseError): void {
    const watch = this.watches.get(hash)
    if (watch) watch.failure = error
  }
}

/** The sender's transactions that follow one another from its account's nonce on. */
function executable(sender: Sender | undefined): Entry[] {
  const run: Entry[] = []
  if (!sender) return run
  for (let nonce = sender.nonce; ; nonce++) {
    const entry = sender.entries.get(nonce)
    if (!entry || entry.fault) return run
    run.push(entry)
  }
}

/** Any higher fee cap will do, as with Anvil; nobody else's transactions have to be kept from churning here. */
function checkReplacement(old: TypedTransaction, next: TypedTransaction): void {
  if (maxGasPrice(next) > maxGasPrice(old)) return
  throw new PoolError('replacementUnderpriced', `needs a fee cap above ${maxGasPrice(old)}`)
}
