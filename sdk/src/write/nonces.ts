import type { Address, Client } from 'viem'
import { getTransactionCount } from 'viem/actions'

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
  async use<T>(work: (nonce: number) => Promise<T>): Promise<T> {
    const claimed = this.turn.then(() => this.claim())
    this.turn = claimed.catch(() => undefined)
    const nonce = await claimed
    try {
      return await work(nonce)
    } finally {
      this.nonces.delete(nonce)
    }
  }

  private async claim(): Promise<number> {
    const { client, address, nonces } = this
    const pending = await getTransactionCount(client, { address, blockTag: 'pending' })
    const nonce = Math.max(pending, ...[...nonces].map((each) => each + 1))
    nonces.add(nonce)
    return nonce
  }
}

const books = /*#__PURE__*/ new WeakMap<Client, Map<Address, InFlight>>()

/** Runs work with the next nonce of an account. */
export function withNonce<T>(
  client: Client,
  address: Address,
  work: (nonce: number) => Promise<T>,
): Promise<T> {
  const book = books.get(client) ?? new Map<Address, InFlight>()
  books.set(client, book)
  const inFlight = book.get(address) ?? new InFlight(client, address)
  book.set(address, inFlight)
  return inFlight.use(work)
}
