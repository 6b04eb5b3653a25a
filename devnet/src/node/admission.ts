import type { Common } from '@ethereumjs/common'
import { isEOACode7702Tx, type TypedTransaction } from '@ethereumjs/tx'
import { type Address, bytesToHex, createAddressFromString } from '@ethereumjs/util'
import { verifySidecar } from './blobs/verify.js'
import { PoolError } from './errors.js'
import { nextBaseFee, nextBlobBaseFee } from './fees.js'
import type { Ledger } from './ledger.js'
import type { Hex, PooledTransaction, SealedBlock, SendOptions } from './node.js'
import type { Pool } from './pool.js'
import type { BlockSettings } from './settings.js'
import { impersonate, namedBlobs, withoutBlobs } from './transaction.js'
import { checkDemands, checkFunds, checkTransaction } from './validate.js'
import type { Waivers } from './waiver.js'

/**
 * Lets a transaction into the pool when the next block could take it, now or after others of its sender.
 * @throws PoolError, BlobSidecarError
 */
export async function admit(
  ledger: Ledger,
  pool: Pool,
  settings: BlockSettings,
  waivers: Waivers,
  tx: TypedTransaction,
  { impersonated, sidecar }: SendOptions,
): Promise<PooledTransaction> {
  const rules = ledger.common
  const { tx: ready, hash, sender } = readyTransaction(tx, rules, impersonated)
  const parent = ledger.chain.head.block.header
  checkDemands(ready, {
    gasLimit: settings.gasLimit,
    baseFee: nextBaseFee(parent, rules, settings),
    blobBaseFee: nextBlobBaseFee(parent, rules),
  })
  if (sidecar) await verifySidecar(sidecar, namedBlobs(ready))
  const account = await ledger.headAccount(sender)
  if (!waivers.has('poolBalance')) checkFunds(ready, account)
  const entry = { tx: ready, hash, from: sender.toString(), ...(sidecar && { sidecar }) }
  return pool.add(entry, account?.nonce ?? 0n)
}

/**
 * A transaction as a block holds it.
 * @param impersonated the sender of a transaction that nobody signed.
 * @throws PoolError for what it claims by itself, whatever the block.
 */
export function readyTransaction(
  tx: TypedTransaction,
  common: Common,
  impersonated?: Address,
): { readonly tx: TypedTransaction; readonly hash: Hex; readonly sender: Address } {
  const bare = withoutBlobs(tx)
  const ready = impersonated ? impersonate(bare, impersonated) : bare
  const sender = recoverSender(ready)
  checkTransaction(ready, common)
  return { tx: ready, hash: bytesToHex(ready.hash()), sender }
}

/** Recovering is the dearest step of all; a signed transaction keeps what it found. */
export function recoverSender(tx: TypedTransaction): Address {
  if (!tx.isSigned()) throw new PoolError('invalidSignature', 'the transaction is not signed')
  try {
    return tx.getSenderAddress()
  } catch (cause) {
    throw new PoolError('invalidSignature', cause instanceof Error ? cause.message : String(cause))
  }
}

/** Forgets transactions whose nonce passed, after the state of the head was replaced. */
export async function settleAll(ledger: Ledger, pool: Pool): Promise<void> {
  for (const sender of pool.senders()) {
    pool.settle(sender, (await ledger.headAccount(createAddressFromString(sender)))?.nonce ?? 0n)
  }
}

/** Forgets transactions whose nonce passed with this block. */
export async function settleBlock(ledger: Ledger, pool: Pool, block: SealedBlock): Promise<void> {
  for (const { from, tx } of block.transactions) pool.settle(from, tx.nonce + 1n)
  // An authorization raises the nonce of whoever signed it, who need not be a sender.
  if (block.transactions.some(({ tx }) => isEOACode7702Tx(tx))) await settleAll(ledger, pool)
}
