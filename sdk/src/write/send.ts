import {
  type Account,
  type Client,
  type Hex,
  keccak256,
  type LocalAccount,
  MethodNotFoundRpcError,
  MethodNotSupportedRpcError,
  type TransactionReceipt,
} from 'viem'
import {
  getTransaction,
  prepareTransactionRequest,
  sendRawTransaction,
  sendRawTransactionSync,
  sendTransaction,
} from 'viem/actions'
import { untilAborted } from '../errors/abort.js'
import { findCause } from '../errors/revert.js'
import { checked } from './checked.js'
import { withNonce } from './nonces.js'
import { defaultTimeout, type Slot, type WaitOptions, waitForReceipt, within } from './receipt.js'

/** A transaction that is being simulated, and may be sent once that has succeeded. */
export interface Draft {
  readonly request: DraftRequest
  readonly simulated: Promise<unknown>
}

/** A transaction without what the client fills in. */
interface DraftRequest {
  readonly account: Account
  readonly to: Hex
  readonly data: Hex
  readonly value?: bigint | undefined
  readonly gas?: bigint | undefined
  readonly nonce?: number | undefined
  readonly maxFeePerGas?: bigint | undefined
  readonly maxPriorityFeePerGas?: bigint | undefined
}

/** How often a nonce that another client took first is replaced by the next one. */
const nonceAttempts = 3

/** Clients whose node answered that it has no `eth_sendRawTransactionSync`. */
const withoutSync = /*#__PURE__*/ new WeakSet<Client>()

/** Signs where the account can, and sends. */
export async function send(client: Client, draft: Draft, signal?: AbortSignal): Promise<Hex> {
  if (draft.request.account.type !== 'local') return askWallet(client, draft, signal)
  return withFreshNonce(client, draft, async (signed) => {
    await untilAborted(sendRawTransaction(client, signed), signal, signed.hash)
    return signed.hash
  })
}

/**
 * Sends and waits: in one request where the node has `eth_sendRawTransactionSync` and the account signs itself, else by
 * asking for the receipt.
 */
export async function sendSync(
  client: Client,
  draft: Draft,
  options: WaitOptions,
): Promise<TransactionReceipt> {
  const { signal, timeout = defaultTimeout } = options
  const since = performance.now()
  if (draft.request.account.type !== 'local') {
    return waitForReceipt(client, await askWallet(client, draft, signal), options)
  }
  return withFreshNonce(client, draft, async (signed) => {
    const { hash, slot } = signed
    const answer = within(sendAndAwait(client, signed), timeout)
    const receipt = await untilAborted(answer, signal, hash)
    const isDone = receipt && (options.confirmations ?? 1) <= 1
    return isDone ? receipt : waitForReceipt(client, hash, options, { slot, since })
  })
}

interface Signed {
  readonly serializedTransaction: Hex
  readonly hash: Hex
  readonly slot: Slot
}

/** @returns undefined when the node took the transaction, but did not answer with its receipt. */
async function sendAndAwait(
  client: Client,
  signed: Signed,
): Promise<TransactionReceipt | undefined> {
  const { serializedTransaction, hash } = signed
  if (withoutSync.has(client)) {
    await sendRawTransaction(client, { serializedTransaction })
    return undefined
  }
  try {
    // Without the timeout that EIP-7966 has as a second parameter: Anvil refuses it.
    return await sendRawTransactionSync(client, { serializedTransaction })
  } catch (error) {
    if (isMethodMissing(error)) {
      withoutSync.add(client)
      return sendAndAwait(client, signed)
    }
    // The answer may be lost, or late: what counts is whether the node has the transaction.
    const known = await getTransaction(client, { hash }).catch(() => undefined)
    if (!known) throw error
    return undefined
  }
}

async function askWallet(
  client: Client,
  { request, simulated }: Draft,
  signal?: AbortSignal,
): Promise<Hex> {
  await simulated
  // Null asks for the node's own chain, whichever that is.
  const sent = sendTransaction(client, { ...request, chain: client.chain ?? null } as never)
  return untilAborted(sent, signal)
}

/** Another client of the same key may have used the nonce first: nothing was sent then, and the next one is as good. */
async function withFreshNonce<T>(
  client: Client,
  draft: Draft,
  use: (signed: Signed) => Promise<T>,
): Promise<T> {
  const { request } = draft
  const account = request.account as LocalAccount
  const isOwn = request.nonce === undefined && !account.nonceManager
  const fillWith = (nonce: number | undefined) => fill(client, draft, nonce)
  const sign = async (filled: Filled) => use(await signFilled(client, account, filled))
  if (!isOwn) return sign(await fillWith(request.nonce))
  for (let left = nonceAttempts; ; left--) {
    try {
      return await withNonce(client, account.address, { prepare: fillWith, use: sign })
    } catch (error) {
      if (!isNonceTaken(error) || left === 1) throw error
    }
  }
}

/** A transaction with everything that is signed. */
interface Filled {
  readonly nonce: number
}

/** Asks the node for what is missing, while it simulates. */
async function fill(
  client: Client,
  { request, simulated }: Draft,
  nonce: number | undefined,
): Promise<Filled> {
  const { nonceManager } = request.account as LocalAccount
  const parameters = { ...request, nonce, chain: client.chain, nonceManager }
  const filled: Promise<unknown> = prepareTransactionRequest(client, parameters as never)
  return (await checked(simulated, filled)) as Filled
}

async function signFilled(client: Client, account: LocalAccount, filled: Filled): Promise<Signed> {
  const serializer = client.chain?.serializers?.transaction
  const serializedTransaction = await account.signTransaction(
    filled as never,
    serializer && ({ serializer } as never),
  )
  const hash = keccak256(serializedTransaction)
  return { serializedTransaction, hash, slot: { from: account.address, nonce: filled.nonce } }
}

/** There is no code for it: nodes say it in words. */
function isNonceTaken(error: unknown): boolean {
  const told = (cause: unknown) =>
    /nonce too low/i.test((cause as { details?: string }).details ?? '')
  return findCause(error, told) !== undefined
}

/** -32601 or -32004. */
function isMethodMissing(error: unknown): boolean {
  const missing = findCause(
    error,
    (cause) =>
      cause instanceof MethodNotFoundRpcError || cause instanceof MethodNotSupportedRpcError,
  )
  return missing !== undefined
}
