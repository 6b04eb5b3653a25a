import type { Common } from '@ethereumjs/common'
import { MerklePatriciaTrie } from '@ethereumjs/mpt'
import { RLP } from '@ethereumjs/rlp'
import {
  bytesToHex,
  bytesToUnprefixedHex,
  concatBytes,
  equalsBytes,
  hexToBytes,
  KECCAK256_NULL,
  utf8ToBytes,
  ValueEncoding,
} from '@ethereumjs/util'
import type { OverlayDatabase } from '../database.js'
import { keepPreimage } from '../preimages.js'
import { blockHashes } from '../systemContracts.js'
import type { ForkedState } from './remoteState.js'

/** Stands where the forked chain has an account or a value and this chain has none: the RLP of nothing. */
const NOTHING = Uint8Array.of(0x80)
const ADDRESS_LENGTH = 20
const historyContract = hexToBytes(blockHashes.address)
/** Keys that are no address, beside the accounts: what the changes are to, and whose storage starts afresh. */
const BASE = utf8ToBytes('base')
const CLEARED = utf8ToBytes('cleared')
/** Prefix under which EthereumJS keeps code in the state's database. */
const CODE_PREFIX = utf8ToBytes('c')

interface TrieOptions {
  readonly remote: ForkedState
  readonly database: OverlayDatabase
  readonly root: Uint8Array
  readonly common: Common
}

/**
 * What differs from a remote: reads fall through to it, and an entry that is as it is there is left out. So the root is
 * a function of the state, whatever the way to it.
 */
abstract class Changes extends MerklePatriciaTrie {
  constructor({ database, root, common }: TrieOptions) {
    super({
      db: database,
      valueEncoding: ValueEncoding.Bytes,
      useKeyHashing: true,
      root,
      common,
    })
  }

  /** What the remote has under a key. */
  protected abstract original(key: Uint8Array): Promise<Uint8Array | null>

  /** What this chain has written under a key. */
  protected own(key: Uint8Array): Promise<Uint8Array | null> {
    return super.get(key)
  }

  /** Writes what stands under a key, whatever the remote has there. */
  protected record(key: Uint8Array, value: Uint8Array): Promise<void> {
    return super.put(key, value)
  }

  override async get(key: Uint8Array): Promise<Uint8Array | null> {
    const own = await this.own(key)
    if (own) return equalsBytes(own, NOTHING) ? null : own
    return this.original(key)
  }

  override async put(key: Uint8Array, value: Uint8Array | null): Promise<void> {
    if (value === null || value.length === 0) return this.del(key)
    const original = await this.original(key)
    if (original && equalsBytes(original, value)) return super.del(key)
    return super.put(key, value)
  }

  override async del(key: Uint8Array): Promise<void> {
    return (await this.original(key)) ? super.put(key, NOTHING) : super.del(key)
  }
}

/** Accounts of this chain that differ from those of the forked one. */
export class AccountChanges extends Changes {
  private readonly remote: ForkedState

  constructor(private readonly options: TrieOptions) {
    super(options)
    this.remote = options.remote
  }

  /** Binds every root to that of the remote's state. */
  anchor(base: Uint8Array): Promise<void> {
    return this.record(BASE, base)
  }

  /** Forgets the remote's storage of an account. */
  async clear(address: Uint8Array): Promise<void> {
    if (await this.original(address)) await this.record(clearedKey(address), NOTHING)
  }

  /** Whether storage of the account is this chain's alone. */
  async isCleared(address: Uint8Array): Promise<boolean> {
    if (!(await this.original(address))) return true
    return (await this.own(clearedKey(address))) !== null
  }

  /** Whether this chain has written anything of an account. */
  async isChanged(address: Uint8Array): Promise<boolean> {
    return (await this.own(address)) !== null || (await this.own(clearedKey(address))) !== null
  }

  /** Storage of an account on top of the remote's. */
  storage(address: Uint8Array, root: Uint8Array): StorageChanges {
    return new StorageChanges(this, address, { ...this.options, root })
  }

  override async put(key: Uint8Array, value: Uint8Array | null): Promise<void> {
    keepPreimage(this.options.database, key)
    await super.put(key, value)
  }

  override async del(key: Uint8Array): Promise<void> {
    keepPreimage(this.options.database, key)
    // What may be created here later starts without storage.
    if (key.length === ADDRESS_LENGTH) await this.clear(key)
    await super.del(key)
  }

  protected override async original(key: Uint8Array): Promise<Uint8Array | null> {
    if (key.length !== ADDRESS_LENGTH) return null
    const found = await this.remote.account(bytesToHex(key))
    if (!found) return null
    const { account, code } = found
    if (!equalsBytes(account.codeHash, KECCAK256_NULL)) await this.keepCode(account.codeHash, code)
    return account.serialize()
  }

  /** Where the state manager looks for the code of an account. */
  private keepCode(hash: Uint8Array, code: Uint8Array): Promise<void> {
    const key = bytesToUnprefixedHex(concatBytes(CODE_PREFIX, hash))
    return this.options.database.put(key, code)
  }
}

/** Slots of one account that differ from those of the forked chain. */
class StorageChanges extends Changes {
  constructor(
    private readonly accounts: AccountChanges,
    private readonly address: Uint8Array,
    private readonly source: TrieOptions,
  ) {
    super(source)
  }

  override async put(key: Uint8Array, value: Uint8Array): Promise<void> {
    // Every block writes here unread: comparing would ask the remote for each of them.
    return this.isHistory ? this.record(key, value) : super.put(key, value)
  }

  override async del(key: Uint8Array): Promise<void> {
    return this.isHistory ? this.record(key, NOTHING) : super.del(key)
  }

  private get isHistory(): boolean {
    return equalsBytes(this.address, historyContract)
  }

  protected override async original(key: Uint8Array): Promise<Uint8Array | null> {
    if (await this.accounts.isCleared(this.address)) return null
    const value = await this.source.remote.storage(bytesToHex(this.address), key)
    return value.length === 0 ? null : RLP.encode(value)
  }
}

function clearedKey(address: Uint8Array): Uint8Array {
  return concatBytes(CLEARED, address)
}
