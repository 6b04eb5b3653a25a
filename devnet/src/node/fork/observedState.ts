import { bytesToHex, setLengthLeft } from '@ethereumjs/util'
import type { Hex } from '../node.js'
import type { RecordedAccount } from './recordedState.js'
import type { ForkedState, RemoteAccount } from './remoteState.js'

const wordBytes = 32

/** A forked chain's state, and everything that is read of it. */
export class ObservedState implements ForkedState {
  private readonly read = new Map<
    Hex,
    { account: RemoteAccount | undefined; storage: Record<Hex, Hex> }
  >()

  constructor(private readonly base: ForkedState) {}

  async account(address: Hex): Promise<RemoteAccount | undefined> {
    const account = await this.base.account(address)
    if (!this.read.has(address)) this.read.set(address, { account, storage: {} })
    return account
  }

  async storage(address: Hex, slot: Uint8Array): Promise<Uint8Array> {
    await this.account(address)
    const value = await this.base.storage(address, slot)
    const { storage = {} } = this.read.get(address) ?? {}
    storage[bytesToHex(slot)] = bytesToHex(setLengthLeft(value, wordBytes))
    return value
  }

  /** What was read. */
  get accounts(): RecordedAccount[] {
    return [...this.read].map(([address, { account: found, storage }]) => ({
      address,
      nonce: found?.account.nonce ?? 0n,
      balance: found?.account.balance ?? 0n,
      code: bytesToHex(found?.code ?? new Uint8Array()),
      storage,
    }))
  }
}
