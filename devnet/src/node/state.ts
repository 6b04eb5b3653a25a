import type { Common } from '@ethereumjs/common'
import { MerklePatriciaTrie, type MPTOpts } from '@ethereumjs/mpt'
import { Caches, MerkleStateManager, type MerkleStateManagerOpts } from '@ethereumjs/statemanager'
import {
  Account,
  type Address,
  bytesToHex,
  createAddressFromString,
  hexToBytes,
  KECCAK256_NULL,
  setLengthLeft,
  ValueEncoding,
} from '@ethereumjs/util'
import type { StateDatabase } from './database.js'
import type { Hex, StateView } from './node.js'
import { keepPreimage } from './preimages.js'

/**
 * A state manager that can hide the code of one account from the rule that senders have none (EIP-3607):
 * this chain lets contracts be impersonated, as Anvil does.
 */
export class ChainState extends MerkleStateManager {
  private disguised: { address: Address; codeHash: Uint8Array } | undefined

  /** @param database under the trie. */
  constructor(
    protected readonly database: StateDatabase,
    options: MerkleStateManagerOpts,
  ) {
    super(options)
  }

  /** Makes `address` look like an account without code until `reveal`. */
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

  protected override async _writeContractStorage(
    address: Address,
    account: Account,
    key: Uint8Array,
    value: Uint8Array,
  ): Promise<void> {
    if (value.length > 0) await keepPreimage(this.database, key)
    await super._writeContractStorage(address, account, key, value)
  }
}

/** Accounts by the hash of their address. */
class AccountTrie extends MerklePatriciaTrie {
  constructor(
    private readonly rows: StateDatabase,
    options: MPTOpts,
  ) {
    super(options)
  }

  override async put(key: Uint8Array, value: Uint8Array | null): Promise<void> {
    await keepPreimage(this.rows, key)
    return super.put(key, value)
  }
}

/** Opens the state with this root. Writes go to `database`. */
export function openOwnState(
  database: StateDatabase,
  root: Uint8Array,
  common: Common,
): ChainState {
  const trie = new AccountTrie(database, {
    db: database,
    valueEncoding: ValueEncoding.Bytes,
    useKeyHashing: true,
    root,
    common,
  })
  return new ChainState(database, { trie, common, caches: new Caches() })
}

/** Reads accounts, code and storage of one state. */
export function readState(state: ChainState): StateView {
  return {
    account: (address) => state.getAccount(createAddressFromString(address)),
    code: (address) => state.getCode(createAddressFromString(address)),
    storage: async (address, slot) => {
      const value = await state.getStorage(createAddressFromString(address), toWord(slot))
      return bytesToHex(setLengthLeft(value, 32))
    },
  }
}

/** The 32 bytes of a storage slot or value given with any number of leading zeros. */
export function toWord(value: Hex): Uint8Array {
  const digits = value.slice(2)
  return setLengthLeft(hexToBytes(`0x${digits.length % 2 === 0 ? digits : `0${digits}`}`), 32)
}
