import {
  Account,
  bytesToHex,
  hexToBytes,
  KECCAK256_NULL,
  KECCAK256_RLP,
  unpadBytes,
} from '@ethereumjs/util'
import { BaseError, keccak } from '@lockstep/precompile'
import type { Hex } from '../node.js'
import type { ForkedState, RemoteAccount } from './remoteState.js'

/** What was read of an account of a forked chain. One that is empty there is recorded, too. */
export interface RecordedAccount {
  readonly address: Hex
  readonly nonce: bigint
  readonly balance: bigint
  readonly code: Hex
  readonly storage: Readonly<Record<Hex, Hex>>
}

/** What was read of a forked chain. */
export interface RecordedFork {
  /** The last block of the forked chain, as `eth_getBlockByNumber` gives it. */
  readonly base: unknown
  readonly accounts: readonly RecordedAccount[]
  /** Of blocks before the base. */
  readonly hashes: ReadonlyMap<bigint, Hex>
}

/** Thrown where something of a forked chain is read that nobody recorded. */
export class MissingForkedStateError extends BaseError {
  override readonly name = 'MissingForkedStateError'

  constructor(readonly what: string) {
    super(`Of the forked chain ${what} was not recorded.`, {
      remedy: 'Record the chain again.',
    })
  }
}

/** The part of a forked chain's state that was recorded, without its node. */
export class RecordedState implements ForkedState {
  private readonly accounts: ReadonlyMap<Hex, RecordedAccount>

  constructor(accounts: readonly RecordedAccount[]) {
    this.accounts = new Map(accounts.map((account) => [account.address, account]))
  }

  async account(address: Hex): Promise<RemoteAccount | undefined> {
    const { nonce, balance, code } = this.require(address)
    if (nonce === 0n && balance === 0n && code === '0x') return undefined
    const bytes = hexToBytes(code)
    const codeHash = bytes.length === 0 ? KECCAK256_NULL : keccak(bytes)
    return { account: new Account(nonce, balance, KECCAK256_RLP, codeHash), code: bytes }
  }

  async storage(address: Hex, slot: Uint8Array): Promise<Uint8Array> {
    const key = bytesToHex(slot)
    const value = this.require(address).storage[key]
    if (value === undefined) throw new MissingForkedStateError(`slot ${key} of ${address}`)
    return unpadBytes(hexToBytes(value))
  }

  private require(address: Hex): RecordedAccount {
    const account = this.accounts.get(address)
    if (!account) throw new MissingForkedStateError(`account ${address}`)
    return account
  }
}
