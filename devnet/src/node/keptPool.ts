import type { Common } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import { createTxFromRLP } from '@ethereumjs/tx'
import {
  bytesToHex,
  bytesToInt,
  EthereumJSError,
  hexToBytes,
  intToUnpaddedBytes,
} from '@ethereumjs/util'
import { unwrap, wrap } from './blobs/wrapper.js'
import type { Hex, PooledTransaction } from './node.js'
import { keyOf } from './storage/keys.js'
import type { Row, Store } from './storage/store.js'
import { impersonatedSender, withSender } from './transaction.js'

const empty = new Uint8Array()

/**
 * The rows of transactions that wait in the pool, for the next start. A store only ever gets rows: each transaction has
 * a slot, and another takes it once that one is gone.
 */
export class KeptPool {
  private readonly slots = new Map<Hex, number>()
  private readonly free: number[] = []
  /** Slots whose transactions are gone, and whose rows are not. */
  private readonly stale = new Set<number>()
  /** Of all slots. */
  private count: number
  private arrivals = 0

  constructor(private readonly store: Store) {
    const row = store.get(keyOf.poolSlots)
    this.count = row ? bytesToInt(row) : 0
    for (let slot = 0; slot < this.count; slot++) this.free.push(slot)
  }

  /**
   * The transactions that an earlier process left, in order of arrival. Those of another chain id are passed over.
   * @param common rules to read them by.
   */
  load(common: Common): PooledTransaction[] {
    const kept: { arrival: number; transaction: PooledTransaction }[] = []
    for (const slot of this.free.splice(0)) {
      const row = this.store.get(keyOf.poolSlot(slot))
      const [arrival, from, bytes] = row?.length ? (RLP.decode(row) as Uint8Array[]) : []
      const transaction = from && bytes && decode(bytes, bytesToHex(from), common)
      if (!transaction) this.free.push(slot)
      else {
        this.slots.set(transaction.hash, slot)
        kept.push({ arrival: arrival?.length ? bytesToInt(arrival) : 0, transaction })
      }
    }
    kept.sort((a, b) => a.arrival - b.arrival)
    this.arrivals = (kept.at(-1)?.arrival ?? -1) + 1
    return kept.map(({ transaction }) => transaction)
  }

  /** Keeps a transaction. @throws StorageError */
  async save(transaction: PooledTransaction): Promise<void> {
    if (this.slots.has(transaction.hash)) return
    const slot = this.free.pop() ?? this.count++
    this.slots.set(transaction.hash, slot)
    this.stale.delete(slot)
    await this.write([
      [keyOf.poolSlots, intToUnpaddedBytes(this.count)],
      [keyOf.poolSlot(slot), encode(transaction, this.arrivals++)],
    ])
  }

  /** Notes that a transaction is in the pool no more. Its row stays until the next write. */
  forget(hash: Hex): void {
    const slot = this.slots.get(hash)
    if (slot === undefined) return
    this.slots.delete(hash)
    this.free.push(slot)
    this.stale.add(slot)
  }

  /** Takes the rows of forgotten transactions away. @throws StorageError */
  async flush(): Promise<void> {
    if (this.stale.size > 0) await this.write([])
  }

  /** What takes the rows of these transactions away, for whoever puts them into a block. */
  clearing(hashes: readonly Hex[]): Row[] {
    const slots = hashes.map((hash) => this.slots.get(hash))
    return slots.filter((slot) => slot !== undefined).map(cleared)
  }

  private async write(rows: readonly Row[]): Promise<void> {
    const gone = [...this.stale]
    await this.store.write([...gone.map(cleared), ...rows])
    for (const slot of gone) this.stale.delete(slot)
  }
}

function cleared(slot: number): Row {
  return [keyOf.poolSlot(slot), empty]
}

function encode({ from, tx, sidecar }: PooledTransaction, arrival: number): Uint8Array {
  const bytes = tx.serialize()
  const whole = sidecar ? wrap({ transaction: bytes, sidecar }) : bytes
  return RLP.encode([intToUnpaddedBytes(arrival), hexToBytes(from), whole])
}

/** Undefined where the rules know no such transaction, as after a change of the chain id. */
function decode(bytes: Uint8Array, from: Hex, common: Common): PooledTransaction | undefined {
  const wrapped = unwrap(bytes)
  try {
    const tx = createTxFromRLP(wrapped?.transaction ?? bytes, { common })
    const sender = impersonatedSender(tx)
    const sent = sender ? withSender(tx, sender) : tx
    return {
      tx: sent,
      hash: bytesToHex(tx.hash()),
      from,
      ...(wrapped && { sidecar: wrapped.sidecar }),
    }
  } catch (error) {
    if (error instanceof EthereumJSError) return undefined
    throw error
  }
}
