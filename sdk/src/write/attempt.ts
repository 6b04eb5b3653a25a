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
import { toAbiMismatch } from '../errors/abi.js'
import { throwIfAborted, untilAborted } from '../errors/abort.js'
import { BaseError } from '../errors/base.js'
import { WrongChainError } from '../errors/chain.js'
import { withTypedErrors } from '../errors/node.js'
import type { Observation } from '../observation.js'
import { awaitedLater, checked } from './checked.js'
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
 * Whether the node is on the client's chain: asked at once, awaited before anything is signed.
 * @throws WrongChainError, later.
 */
export function checkChain(client: Client, write: Write): Promise<void> {
  return awaitedLater(requireChain(client, write))
}

/** What the write is built on first. @param chain Counts before whatever goes wrong on a wrong one. */
export async function firstObservation(
  client: Client,
  write: Write,
  chain: Promise<void>,
): Promise<Observation | undefined> {
  if (write.observation || write.observe === undefined) return write.observation
  return checked(chain, observe(client, write))
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
 * Checks the observation and begins to simulate the write upon it.
 * @param chain Counts before whatever goes wrong on a wrong one.
 * @returns the transaction, to be filled meanwhile, and signed once the simulation has succeeded.
 */
export async function draftWrite(
  client: Client,
  write: Write,
  { seen, chain }: { readonly seen: Observation | undefined; readonly chain: Promise<void> },
): Promise<Draft> {
  const account = accountOf(client, write)
  if (write.guard) await checked(chain, checkGuard(client, write, seen))
  const args = await argumentsOf(write, seen)
  const { address, abi, functionName, value, gas, nonce, signal } = write
  const { maxFeePerGas, maxPriorityFeePerGas, blockTag = 'pending' } = write
  const call = { address, abi, functionName, args }
  const simulation = { ...call, account, value, gas, blockTag, chain: client.chain }
  const simulated = untilAborted(
    checked(
      chain,
      withTypedErrors(() => simulateContract(client, simulation as never)).catch((error) => {
        throw toAbiMismatch(error, write)
      }),
    ),
    signal,
  )
  const data = encodeFunctionData({ abi, functionName, args } as never)
  const fees = { maxFeePerGas, maxPriorityFeePerGas }
  const request = { account, to: address, data, value, gas, nonce, ...fees }
  return { request, simulated: awaitedLater(simulated) }
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

async function requireChain(client: Client, { signal }: Write): Promise<void> {
  throwIfAborted(signal)
  if (!client.chain) return
  const actual = await untilAborted(
    withTypedErrors(() => getChainId(client)),
    signal,
  )
  if (actual !== client.chain.id) throw new WrongChainError(client.chain.id, actual)
}
