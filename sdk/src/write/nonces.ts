import type { Address, Client } from 'viem'
import { getTransactionCount } from 'viem/actions'
import { awaitedLater } from './checked.js'

/** How a nonce is used. */
interface Work<Prepared extends { readonly nonce: number }, T> {
  /** Makes what is sent. @param nonce undefined where the node may say it with all else that it fills in. */
  readonly prepare: (nonce: number | undefined) => Promise<Prepared>
  readonly use: (prepared: Prepared) => Promise<T>
}

/**
 * The nonces of one account that one client is just now sending. Nothing is remembered beyond that: a chain for
 * development goes back to earlier nonces when it is reset or reverted.
 */
class InFlight {
  private readonly nonces = new Set<number>()
  private turn: Promise<unknown> = Promise.resolve()

  constructor(
    private readonly client: Client,
    private readonly address: Address,
  ) {}

  /** Holds the next nonce while it is used: writes that overlap get one each. */
  async run<Prepared extends { readonly nonce: number }, T>(work: Work<Prepared, T>): Promise<T> {
    const claimed = this.turn.then(() => this.claim(work.prepare))
    this.turn = claimed.catch(() => undefined)
    const { nonce, prepared } = await claimed
    try {
      return await work.use(await prepared)
    } finally {
      this.nonces.delete(nonce)
    }
  }

  /** A write that is alone spares the question for the nonce; one that overlaps prepares beside the others. */
  private async claim<Prepared extends { readonly nonce: number }>(
    prepare: Work<Prepared, unknown>['prepare'],
  ): Promise<{ readonly nonce: number; readonly prepared: Promise<Prepared> }> {
    const { client, address, nonces } = this
    if (nonces.size === 0) {
      const prepared = await prepare(undefined)
      nonces.add(prepared.nonce)
      return { nonce: prepared.nonce, prepared: Promise.resolve(prepared) }
    }
    const pending = await getTransactionCount(client, { address, blockTag: 'pending' })
    const nonce = Math.max(pending, ...[...nonces].map((each) => each + 1))
    nonces.add(nonce)
    return { nonce, prepared: awaitedLater(prepare(nonce)) }
  }
}

const books = /*#__PURE__*/ new WeakMap<Client, Map<Address, InFlight>>()

/** Runs work with the next nonce of an account. */
export function withNonce<Prepared extends { readonly nonce: number }, T>(
  client: Client,
  address: Address,
  work: Work<Prepared, T>,
): Promise<T> {
  const book = books.get(client) ?? new Map<Address, InFlight>()
  books.set(client, book)
  const inFlight = book.get(address) ?? new InFlight(client, address)
  book.set(address, inFlight)
  return inFlight.run(work)
}
