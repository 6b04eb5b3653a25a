import { RLP } from '@ethereumjs/rlp'
import { OriginalStorageCache } from '@ethereumjs/statemanager'
import {
  Account,
  type Address,
  bytesToUnprefixedHex,
  createAccountFromRLP,
  KECCAK256_NULL,
  unpadBytes,
} from '@ethereumjs/util'
import { BaseError, keccak } from '@lockstep/precompile'
import type { OverlayDatabase } from './database.js'
import { keepPreimage } from './preimages.js'
import type { ChainState } from './state.js'
import { codePrefix } from './stateKeys.js'
import { decodeNode, type TrieNode } from './trie/node.js'
import { find, insert, type NodeStore, type Root, remove, rootOf, settle } from './trie/trie.js'

const nothing = new Uint8Array()

/** Thrown when a state is asked for that this node does not hold. */
export class MissingStateError extends BaseError {
  override readonly name = 'MissingStateError'

  constructor(
    readonly hash: string,
    readonly kind: 'node' | 'code' = 'node',
  ) {
    super(`The state is not here: its ${kind} 0x${hash} is missing.`, {
      remedy: 'Ask for a block of this chain; where it is one, the data folder is damaged.',
    })
  }
}

/** Slots of one account: its trie as it was hashed last, and what was read and written since. */
interface Storage {
  root: Root
  readonly values: Map<string, Uint8Array>
  written: Set<string>
}

/**
 * The accounts of this chain under one root. What is read stays decoded; what is written is put into the tries, and
 * hashed, when somebody asks for the root.
 */
export class OwnState implements ChainState {
  readonly originalStorageCache = new OriginalStorageCache((address, key) =>
    this.getStorage(address, key),
  )
  private readonly store: NodeStore
  private accounts = new Map<string, Account | undefined>()
  private storages = new Map<string, Storage>()
  private codes = new Map<string, Uint8Array>()
  private written = new Set<string>()
  private root: Root
  /** How to undo what was done since the first checkpoint, in order. */
  private readonly undoing: (() => void)[] = []
  /** Of each checkpoint: what had been done before. */
  private readonly checkpoints: number[] = []
  private disguised: { readonly key: string; readonly codeHash: Uint8Array } | undefined

  constructor(
    readonly database: OverlayDatabase,
    root: Uint8Array,
    /** Told of each address and slot that is looked up. */
    private readonly onKey?: (key: Uint8Array) => void,
  ) {
    this.root = rootOf(root)
    this.store = nodeStore(database)
  }

  async disguise(address: Address): Promise<void> {
    const account = this.account(address)
    if (account?.isContract()) {
      this.disguised = { key: keyOf(address.bytes), codeHash: account.codeHash }
    }
  }

  reveal(): void {
    this.disguised = undefined
  }

  async getAccount(address: Address): Promise<Account | undefined> {
    const account = this.account(address)
    if (!account) return undefined
    const isDisguised = this.disguised !== undefined && this.disguised.key === keyOf(address.bytes)
    return copyOf(account, isDisguised ? KECCAK256_NULL : account.codeHash)
  }

  /** Its storage root is none of the caller's: it follows from the storage. */
  async putAccount(address: Address, account?: Account): Promise<void> {
    if (!account) return this.deleteAccount(address)
    const key = keyOf(address.bytes)
    const codeHash = this.disguised?.key === key ? this.disguised.codeHash : account.codeHash
    this.setAccount(address, copyOf(account, codeHash))
  }

  async deleteAccount(address: Address): Promise<void> {
    this.setAccount(address, undefined)
    this.setStorage(address, emptyStorage())
  }

  async modifyAccountFields(
    address: Address,
    fields: Partial<Pick<Account, 'nonce' | 'balance' | 'storageRoot' | 'codeHash'>>,
  ): Promise<void> {
    const account = (await this.getAccount(address)) ?? new Account()
    await this.putAccount(address, Object.assign(account, fields))
  }

  async putCode(address: Address, code: Uint8Array): Promise<void> {
    const codeHash = keccak(code)
    this.codes.set(bytesToUnprefixedHex(codeHash), code)
    const account = this.account(address) ?? new Account()
    this.setAccount(address, copyOf(account, codeHash))
  }

  async getCode(address: Address): Promise<Uint8Array> {
    const account = this.account(address)
    if (!account?.isContract()) return nothing
    const hash = bytesToUnprefixedHex(account.codeHash)
    const known = this.codes.get(hash) ?? this.database.codes.get(hash)
    if (known) return known
    const code = this.database.read(codePrefix + hash)
    if (!code) throw new MissingStateError(hash, 'code')
    this.database.codes.set(hash, code)
    return code
  }

  async getCodeSize(address: Address): Promise<number> {
    return (await this.getCode(address)).length
  }

  /** The value without leading zeros. */
  async getStorage(address: Address, slot: Uint8Array): Promise<Uint8Array> {
    const storage = this.storage(address)
    if (!storage) return nothing
    const key = keyOf(slot)
    const known = storage.values.get(key)
    if (known) return known
    this.onKey?.(slot)
    const row = find(this.store, storage.root, pathOf(slot))
    const value = row ? (RLP.decode(row) as Uint8Array) : nothing
    storage.values.set(key, value)
    return value
  }

  async putStorage(address: Address, slot: Uint8Array, value: Uint8Array): Promise<void> {
    const storage = this.storage(address)
    if (!storage) throw new RangeError(`${address} has no storage: there is no such account.`)
    const key = keyOf(slot)
    const before = storage.values.get(key)
    if (!before) this.onKey?.(slot)
    const { written } = storage
    const wasWritten = written.has(key)
    storage.values.set(key, unpadBytes(value))
    written.add(key)
    this.markWritten(keyOf(address.bytes))
    this.onRevert(() => {
      if (before) storage.values.set(key, before)
      else storage.values.delete(key)
      if (!wasWritten) written.delete(key)
    })
  }

  async clearStorage(address: Address): Promise<void> {
    if (!this.account(address)) this.setAccount(address, new Account())
    this.setStorage(address, emptyStorage())
  }

  async checkpoint(): Promise<void> {
    this.checkpoints.push(this.undoing.length)
  }

  async commit(): Promise<void> {
    this.checkpoints.pop()
    if (this.checkpoints.length === 0) this.undoing.length = 0
  }

  async revert(): Promise<void> {
    const done = this.checkpoints.pop() ?? 0
    while (this.undoing.length > done) this.undoing.pop()?.()
  }

  async flush(): Promise<void> {
    this.writeTries()
  }

  async getStateRoot(): Promise<Uint8Array> {
    this.writeTries()
    const { root, hash } = settle(this.store, this.root)
    this.root = root
    return hash
  }

  /** @throws MissingStateError */
  async setStateRoot(root: Uint8Array): Promise<void> {
    if (!(await this.hasStateRoot(root))) throw new MissingStateError(bytesToUnprefixedHex(root))
    this.clearCaches()
    this.root = rootOf(root)
  }

  async hasStateRoot(root: Uint8Array): Promise<boolean> {
    const reference = rootOf(root)
    if (typeof reference !== 'string') return true
    return this.database.read(reference) !== undefined
  }

  clearCaches(): void {
    this.accounts = new Map()
    this.storages = new Map()
    this.codes = new Map()
    this.written = new Set()
    this.undoing.length = 0
  }

  /** A state on the same database, from the root that this one had when it was last asked. */
  shallowCopy(): OwnState {
    const copy = new OwnState(this.database, new Uint8Array(hashBytes))
    copy.root = this.root
    return copy
  }

  private account(address: Address): Account | undefined {
    const key = keyOf(address.bytes)
    const known = this.accounts.get(key)
    if (known || this.accounts.has(key)) return known
    this.onKey?.(address.bytes)
    const row = find(this.store, this.root, pathOf(address.bytes))
    const account = row && createAccountFromRLP(row)
    this.accounts.set(key, account)
    return account
  }

  private setAccount(address: Address, account: Account | undefined): void {
    const before = this.account(address)
    const key = keyOf(address.bytes)
    this.accounts.set(key, account)
    this.onRevert(() => this.accounts.set(key, before))
    this.markWritten(key)
  }

  /** Undefined where there is no account. */
  private storage(address: Address): Storage | undefined {
    const account = this.account(address)
    if (!account) return undefined
    const key = keyOf(address.bytes)
    const known = this.storages.get(key)
    if (known) return known
    const storage = { ...emptyStorage(), root: rootOf(account.storageRoot) }
    this.storages.set(key, storage)
    return storage
  }

  private setStorage(address: Address, storage: Storage): void {
    // What was there before must be known before it is replaced.
    this.storage(address)
    const key = keyOf(address.bytes)
    const before = this.storages.get(key)
    this.storages.set(key, storage)
    this.onRevert(() => {
      if (before) this.storages.set(key, before)
      else this.storages.delete(key)
    })
    this.markWritten(key)
  }

  private markWritten(key: string): void {
    const { written } = this
    if (written.has(key)) return
    written.add(key)
    this.onRevert(() => written.delete(key))
  }

  private onRevert(undo: () => void): void {
    if (this.checkpoints.length > 0) this.undoing.push(undo)
  }

  private writeTries(): void {
    const { root, written } = this
    if (written.size === 0) return
    this.written = new Set()
    this.onRevert(() => {
      this.root = root
      this.written = written
    })
    for (const key of written) this.writeAccount(key)
  }

  private writeAccount(key: string): void {
    const address = bytesOf(key)
    const path = pathOf(address)
    const account = this.accounts.get(key)
    if (!account) {
      this.root = remove(this.store, this.root, path)
      return
    }
    const storage = this.storages.get(key)
    const storageRoot = storage && this.writeStorage(storage)
    const whole = storageRoot ? copyOf(account, account.codeHash, storageRoot) : account
    if (storageRoot) {
      this.accounts.set(key, whole)
      this.onRevert(() => this.accounts.set(key, account))
    }
    this.keepCode(whole)
    this.root = this.insert(this.root, path, address, whole.serialize())
  }

  private writeStorage(storage: Storage): Uint8Array {
    const { root, written } = storage
    let next = root
    for (const key of written) {
      const slot = bytesOf(key)
      const path = pathOf(slot)
      const value = storage.values.get(key) ?? nothing
      next =
        value.length === 0
          ? remove(this.store, next, path)
          : this.insert(next, path, slot, RLP.encode(value))
    }
    const { root: settled, hash } = settle(this.store, next)
    storage.root = settled
    if (written.size > 0) {
      storage.written = new Set()
      this.onRevert(() => {
        storage.root = root
        storage.written = written
      })
    }
    return hash
  }

  private insert(root: Root, path: string, key: Uint8Array, value: Uint8Array): Root {
    // What a trie has an entry for was noted when the entry came.
    if (!find(this.store, root, path)) keepPreimage(this.database, key, path)
    return insert(this.store, root, path, value)
  }

  private keepCode({ codeHash }: Account): void {
    const hash = bytesToUnprefixedHex(codeHash)
    const code = this.codes.get(hash)
    if (!code) return
    this.database.write(codePrefix + hash, code)
    this.database.codes.set(hash, code)
  }
}

const hashBytes = 32

function emptyStorage(): Storage {
  return { root: undefined, values: new Map(), written: new Set() }
}

/** Accounts that were given away or taken in may change; the ones that are kept never do. */
function copyOf(
  account: Account,
  codeHash: Uint8Array,
  storageRoot = account.storageRoot,
): Account {
  return new Account(account.nonce, account.balance, storageRoot, codeHash)
}

/** Bytes as the key of a map, a character each. */
function keyOf(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1')
}

function bytesOf(key: string): Uint8Array {
  return Uint8Array.from(Buffer.from(key, 'latin1'))
}

/** Where an address or slot is in its trie. */
function pathOf(bytes: Uint8Array): string {
  return bytesToUnprefixedHex(keccak(bytes))
}

function nodeStore(database: OverlayDatabase): NodeStore {
  return {
    load(hash): TrieNode {
      const known = database.nodes.get(hash)
      if (known) return known
      const row = database.read(hash)
      if (!row) throw new MissingStateError(hash)
      const node = decodeNode(row)
      database.nodes.set(hash, node)
      return node
    },
    keep(hash, node, row) {
      database.nodes.set(hash, node)
      database.write(hash, row)
    },
  }
}
