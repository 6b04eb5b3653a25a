import type { Common } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import { Caches, MerkleStateManager } from '@ethereumjs/statemanager'
import {
  Account,
  type Address,
  bytesToUnprefixedHex,
  KECCAK256_NULL,
  KECCAK256_RLP,
} from '@ethereumjs/util'
import type { OverlayDatabase } from '../database.js'
import { keepPreimage } from '../preimages.js'
import type { ChainState } from '../state.js'
import { AccountChanges } from './changes.js'
import type { ForkedState } from './remoteState.js'

/** A state on top of a forked chain's: its root is that of the trie of what differs. */
export class ForkState extends MerkleStateManager implements ChainState {
  private readonly accounts: AccountChanges
  private disguised: { readonly address: Address; readonly codeHash: Uint8Array } | undefined

  constructor(
    remote: ForkedState,
    private readonly database: OverlayDatabase,
    root: Uint8Array,
    common: Common,
  ) {
    const trie = new AccountChanges({ remote, database, root, common })
    super({ trie, common, caches: new Caches() })
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

  async disguise(address: Address): Promise<void> {
    const account = await super.getAccount(address)
    if (account?.isContract()) this.disguised = { address, codeHash: account.codeHash }
  }

  reveal(): void {
    this.disguised = undefined
  }

  override async getAccount(address: Address): Promise<Account | undefined> {
    const account = await super.getAccount(address)
    if (account && this.disguised?.address.equals(address)) account.codeHash = KECCAK256_NULL
    return account
  }

  override async putAccount(address: Address, account?: Account): Promise<void> {
    if (account && this.disguised?.address.equals(address)) {
      const { nonce, balance, storageRoot } = account
      const whole = new Account(nonce, balance, storageRoot, this.disguised.codeHash)
      return super.putAccount(address, whole)
    }
    return super.putAccount(address, account)
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
    keepPreimage(this.database, key)
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
