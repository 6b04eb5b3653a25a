import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex, createAddressFromString } from '@ethereumjs/util'
import { keccak256 } from 'viem'
import { MissingSidecarError } from '../../node/blobs/sidecar.js'
import { wrap } from '../../node/blobs/wrapper.js'
import type { Hex, Node, SendOptions } from '../../node/node.js'
import { namedBlobs } from '../../node/transaction.js'
import { awaitReceipt } from '../awaitReceipt.js'
import { bytes, integer, quantity, uint64 } from '../codec.js'
import { checkConditions, conditions } from '../conditions.js'
import type { Context } from '../context.js'
import { ErrorCode, InvalidParamsError, RpcError } from '../errors.js'
import { formatPooledTransaction } from '../format/transaction.js'
import { method, optional, required } from '../method.js'
import { type TransactionRequest, transactionRequest } from '../params.js'
import { decodeRawTransaction } from '../rawTransaction.js'
import { senderOf } from '../sender.js'
import { fillTransaction } from '../transactionFill.js'

const request = required('transaction', transactionRequest)
const raw = required('signed transaction', bytes)
/** Long enough for a block of slow models, short enough that no client waits for ever. */
const timeoutMs = optional('timeout in ms', integer(1, 600_000), 60_000)

/** Transactions into the pool. */
export const sending = [
  method('eth_sendTransaction', [request], send),
  method('eth_sendTransactionSync', [request, timeoutMs], async (context, transaction, timeout) =>
    awaitReceipt(context.node, await send(context, transaction), timeout),
  ),
  method('eth_sendUnsignedTransaction', [request], (context, transaction) => {
    const from = senderOf(context, transaction)
    return context.senders.run(from, () => sendAs(context, { ...transaction, from }))
  }),
  method('eth_sendRawTransaction', [raw], ({ node }, signed) => sendRaw(node, signed)),
  method('eth_sendRawTransactionSync', [raw, timeoutMs], async ({ node }, signed, timeout) =>
    awaitReceipt(node, await sendRaw(node, signed), timeout),
  ),
  method(
    'eth_sendRawTransactionConditional',
    [raw, required('conditions', conditions)],
    async ({ node }, signed, wanted) => {
      await checkConditions(node, wanted)
      return sendRaw(node, signed)
    },
  ),
  method(
    'eth_resend',
    [request, optional('gas price', quantity), optional('gas limit', uint64)],
    (context, transaction, gasPrice, gas) =>
      resend(context, {
        ...(gasPrice ? repriced(transaction, gasPrice) : transaction),
        ...(gas && { gas }),
      }),
  ),
  method('eth_signTransaction', [request], async (context, transaction) => {
    const from = senderOf(context, transaction)
    const key = context.accounts.privateKeyOf(from)
    const tx = await fillTransaction(context.node, { ...transaction, from })
    return toRaw(tx.sign(key), transaction)
  }),
  method('eth_fillTransaction', [request], async (context, transaction) => {
    const from = senderOf(context, transaction)
    const tx = await fillTransaction(context.node, { ...transaction, from })
    const hash = keccak256(tx.serialize())
    return { raw: toRaw(tx, transaction), tx: formatPooledTransaction({ tx, hash, from }) }
  }),
]

/** Clients that sign bring the blobs that they name, as on every network. */
async function sendRaw(node: Node, signed: Hex): Promise<Hex> {
  const { tx, sidecar } = decodeRawTransaction(signed, node.common)
  if (namedBlobs(tx).length > 0 && !sidecar) throw new MissingSidecarError()
  return node.send(tx, { ...(sidecar && { sidecar }) })
}

async function send(context: Context, transaction: TransactionRequest): Promise<Hex> {
  const { accounts, node, senders } = context
  const from = senderOf(context, transaction)
  if (accounts.isImpersonated(from)) {
    return senders.run(from, () => sendAs(context, { ...transaction, from }))
  }
  const key = accounts.privateKeyOf(from)
  return senders.run(from, async () => {
    const tx = await fillTransaction(node, { ...transaction, from })
    return node.send(tx.sign(key), brought(transaction))
  })
}

/** The blobs that came with a request. */
function brought({ sidecar }: TransactionRequest): SendOptions {
  return sidecar ? { sidecar } : {}
}

/** As it travels: a blob transaction with its blobs around it. */
function toRaw(tx: TypedTransaction, { sidecar }: TransactionRequest): Hex {
  const transaction = tx.serialize()
  return bytesToHex(sidecar ? wrap({ transaction, sidecar }) : transaction)
}

/** The transaction at another price of gas, whichever it had. */
function repriced(transaction: TransactionRequest, gasPrice: bigint): TransactionRequest {
  const { maxFeePerGas: _, maxPriorityFeePerGas: __, ...rest } = transaction
  return { ...rest, gasPrice }
}

/** Replaces a transaction that waits by one of the same nonce. */
async function resend(context: Context, transaction: TransactionRequest): Promise<Hex> {
  const from = senderOf(context, transaction)
  const { nonce } = transaction
  if (nonce === undefined) {
    throw new InvalidParamsError('missing transaction nonce in transaction spec')
  }
  const { pending, queued } = context.node.pool()
  if (![...pending, ...queued].some((entry) => entry.from === from && entry.tx.nonce === nonce)) {
    throw new RpcError(ErrorCode.server, `no transaction of ${from} with nonce ${nonce} waits`)
  }
  return send(context, { ...transaction, from })
}

async function sendAs(
  { node }: Context,
  transaction: TransactionRequest & { from: Hex },
): Promise<Hex> {
  const tx = await fillTransaction(node, transaction)
  const impersonated = createAddressFromString(transaction.from)
  return node.send(tx, { impersonated, ...brought(transaction) })
}
