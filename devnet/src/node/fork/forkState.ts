import type { Common } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import { Caches } from '@ethereumjs/statemanager'
import { type Account, type Address, bytesToUnprefixedHex, KECCAK256_RLP } from '@ethereumjs/util'
import type { StateDatabase } from '../database.js'
import { keepPreimage } from '../preimages.js'
import { ChainState } from '../state.js'
import { AccountChanges } from './changes.js'
import type { RemoteState } from './remoteState.js'

/** A state on top of a forked chain's: its root is that of the trie of what differs. */
export class ForkState extends ChainState {
  private readonly accounts: AccountChanges

  constructor(remote: RemoteState, database: StateDatabase, root: Uint8Array, common: Common) {
    const trie = new AccountChanges({ remote, database, root, common })
    super(database, { trie, common, caches: new Caches() })
    this.accounts = trie
  }

  /** Binds every root to the state that this one stands on. */
  anchor(base: Uint8Array): Promise<void> {
    return this.accounts.anchor(base)
  }

  /** Whether anything of an account differs from the forked chain's. */
  isChanged(address: Address): Promise<boolean> {
    return this.accounts.isChanged(address.bytes)
  }

  override async clearStorage(address: Address): Promise<void> {
    await this.accounts.clear(address.bytes)
    await super.clearStorage(address)
  }

  /** As its parent does it, but that a remote which does not answer rejects instead of hanging. */
  protected override async _writeContractStorage(
    address: Address,
    account: Account,
    key: Uint8Array,
    value: Uint8Array,
  ): Promise<void> {
    await keepPreimage(this.database, key)
    const trie = this._getStorageTrie(address, account)
    await (value.length > 0 ? trie.put(key, RLP.encode(value)) : trie.del(key))
    account.storageRoot = trie.root()
    await this.putAccount(address, account)
  }

  protected override _getStorageTrie(address: Address, account?: Account) {
    const key = bytesToUnprefixedHex(address.bytes)
    const known = this._storageTries[key]
    if (known) return known
    const root = account?.storageRoot ?? KECCAK256_RLP
    const trie = this.accounts.storage(address.bytes, root)
    this._storageTries[key] = trie
    return trie
  }
}
