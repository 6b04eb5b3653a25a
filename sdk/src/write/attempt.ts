import {
  type Abi,
  type Account,
  type Address,
  type BlockTag,
  type Client,
  encodeFunctionData,
} from 'viem'
import { getChainId, simulateContract } from 'viem/actions'
import { observeFeed } from '../actions/observeFeed.js'
import { throwIfAborted, untilAborted } from '../errors/abort.js'
import { BaseError } from '../errors/base.js'
import { WrongChainError } from '../errors/chain.js'
import { withTypedErrors } from '../errors/node.js'
import type { Observation } from '../observation.js'
import { type CallerGuard, requireFresh } from './guard.js'
import type { Draft } from './send.js'

/** How a feed is observed: by the address of an `IFeed`, or by whatever knows the price. */
export type Observe = Address | ((options: { signal?: AbortSignal }) => Promise<Observation>)

/** A write without the types of its ABI. */
export interface Write {
  readonly address: Address
  readonly abi: Abi
  readonly functionName: string
  readonly args?: readonly unknown[] | ((seen: Observation) => unknown)
  readonly account?: Account | Address | undefined
  readonly value?: bigint | undefined
  readonly gas?: bigint | undefined
  readonly nonce?: number | undefined
  readonly maxFeePerGas?: bigint | undefined
  readonly maxPriorityFeePerGas?: bigint | undefined
  /** Block that the simulation runs on. Default: the pending one, whose clock the transaction will meet. */
  readonly blockTag?: BlockTag | undefined
  readonly observe?: Observe | undefined
  readonly observation?: Observation | undefined
  readonly guard?: CallerGuard | undefined
  /** Ends the work; what was sent stays sent. */
  readonly signal?: AbortSignal | undefined
}

/** Arguments or bounds depend on an observation, and nothing says how to make one. */
export class ObservationMissingError extends BaseError {
  override readonly name = 'ObservationMissingError'

  constructor() {
    super('The write depends on an observation, and has none.', {
      remedy: 'Pass `observe`, the address of the feed, or `observation`, what was seen.',
    })
  }
}

/** A write without an account to send from. */
export class AccountMissingError extends BaseError {
  override readonly name = 'AccountMissingError'

  constructor() {
    super('No account sends the transaction.', {
      remedy: 'Give the client an `account`, or the call one of its own.',
    })
  }
}

/**
 * What the write is built on first, and whether the node is on the client's chain.
 * @throws WrongChainError, whatever else goes wrong on that chain.
 */
export async function firstObservation(
  client: Client,
  write: Write,
): Promise<Observation | undefined> {
  const seen = write.observation ?? observe(client, write)
  const [chain, observed] = await Promise.allSettled([checkChain(client, write), seen])
  if (chain.status === 'rejected') throw chain.reason
  if (observed.status === 'rejected') throw observed.reason
  return observed.value
}

/** The feed's answer now; undefined where the write names none. */
export async function observe(client: Client, write: Write): Promise<Observation | undefined> {
  const { observe: source, signal } = write
  if (source === undefined) return undefined
  throwIfAborted(signal)
  const answer =
    typeof source === 'string'
      ? observeFeed(client, { feed: source })
      : source(signal ? { signal } : {})
  return untilAborted(answer, signal)
}

/**
 * Checks the observation and simulates the write upon it.
 * @returns the transaction, ready to be filled and signed.
 */
export async function draftWrite(
  client: Client,
  write: Write,
  seen: Observation | undefined,
): Promise<Draft> {
  const account = accountOf(client, write)
  if (write.guard) await checkGuard(client, write, seen)
  const args = await argumentsOf(write, seen)
  const { address, abi, functionName, value, gas, nonce, signal } = write
  const { maxFeePerGas, maxPriorityFeePerGas, blockTag = 'pending' } = write
  const call = { address, abi, functionName, args }
  const simulation = { ...call, account, value, gas, blockTag, chain: client.chain }
  const simulated = withTypedErrors(() => simulateContract(client, simulation as never))
  await untilAborted(simulated, signal)
  const data = encodeFunctionData({ abi, functionName, args } as never)
  return { account, to: address, data, value, gas, nonce, maxFeePerGas, maxPriorityFeePerGas }
}

function accountOf(client: Client, { account = client.account }: Write): Account {
  if (!account) throw new AccountMissingError()
  return typeof account === 'string' ? { address: account, type: 'json-rpc' } : account
}

async function argumentsOf(
  { args = [] }: Write,
  seen: Observation | undefined,
): Promise<readonly unknown[]> {
  if (typeof args !== 'function') return args
  if (!seen) throw new ObservationMissingError()
  return (await args(seen)) as readonly unknown[]
}

/** What the caller saw a while ago is compared with the feed; what was just read is the feed's answer itself. */
async function checkGuard(client: Client, write: Write, seen: Observation | undefined) {
  if (!seen || !write.guard) throw new ObservationMissingError()
  const current = seen === write.observation ? await observe(client, write) : seen
  await untilAborted(
    requireFresh(client, write.guard, { seen, current: current ?? seen }),
    write.signal,
  )
}

async function checkChain(client: Client, { signal }: Write): Promise<void> {
  throwIfAborted(signal)
  if (!client.chain) return
  const actual = await untilAborted(
    withTypedErrors(() => getChainId(client)),
    signal,
  )
  if (actual !== client.chain.id) throw new WrongChainError(client.chain.id, actual)
}
