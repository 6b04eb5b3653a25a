import { RLP } from '@ethereumjs/rlp'
import {
  bigIntToHex,
  bytesToBigInt,
  bytesToHex,
  bytesToUnprefixedHex,
  equalsBytes,
  hexToBytes,
  KECCAK256_NULL,
  setLengthLeft,
} from '@ethereumjs/util'
import type { StateReader } from '../database.js'
import { loadNode } from '../loadNode.js'
import type { Hex } from '../node.js'
import { preimageOf } from '../preimages.js'
import { codePrefix } from '../stateKeys.js'
import { type Root, rootOf } from '../trie/trie.js'
import { TrieWalker } from '../trie/walker.js'
import { PreimageMissingError } from './errors.js'
import type { AccountJson } from './format.js'

/** Nonce, balance, root of the storage, hash of the code. */
type AccountEntry = [Uint8Array, Uint8Array, Uint8Array, Uint8Array]
type Named<T> = readonly [Hex, T]

/** An account of a forked chain that this one has removed. */
const removed: AccountJson = { nonce: 0, balance: '0x0', code: '0x', storage: {} }
const addressBytes = 20

/** Reads states whole, account by account, and remembers what several states share. */
export class AccountReader {
  private readonly accounts: TrieWalker<Named<AccountJson> | undefined>
  private readonly slots: TrieWalker<Named<Hex>>
  private readonly storages = new Map<Root, Readonly<Record<Hex, Hex>>>()

  /** @param isFork whether the states hold what differs from another chain's alone. */
  constructor(
    private readonly database: StateReader,
    private readonly isFork: boolean,
  ) {
    const load = (hash: string) => loadNode(database, hash)
    this.accounts = new TrieWalker(load, (hash, value) => this.account(hash, value))
    this.slots = new TrieWalker(load, (hash, value) => this.slot(hash, value))
  }

  /**
   * The accounts of the state with this root, by address.
   * @throws PreimageMissingError
   */
  read(root: Uint8Array): Record<Hex, AccountJson> {
    const accounts = this.accounts.entries(rootOf(root)).flatMap((found) => (found ? [found] : []))
    return Object.fromEntries(accounts.sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Undefined for what a fork notes beside its accounts. */
  private account(hash: string, value: Uint8Array): Named<AccountJson> | undefined {
    const address = preimageOf(this.database, hexToBytes(`0x${hash}`))
    if (address?.length !== addressBytes) {
      if (this.isFork) return undefined
      throw new PreimageMissingError(`0x${hash}`)
    }
    const entry = RLP.decode(value)
    if (!Array.isArray(entry)) return [bytesToHex(address), removed]
    const [nonce, balance, storageRoot, codeHash] = entry as AccountEntry
    return [
      bytesToHex(address),
      {
        nonce: Number(bytesToBigInt(nonce)),
        balance: bigIntToHex(bytesToBigInt(balance)),
        code: this.code(codeHash),
        storage: this.storage(rootOf(storageRoot)),
      },
    ]
  }

  private storage(root: Root): Readonly<Record<Hex, Hex>> {
    const known = this.storages.get(root)
    if (known) return known
    const storage = Object.fromEntries(this.slots.entries(root))
    this.storages.set(root, storage)
    return storage
  }

  private slot(hash: string, value: Uint8Array): Named<Hex> {
    const slot = preimageOf(this.database, hexToBytes(`0x${hash}`))
    if (!slot) throw new PreimageMissingError(`0x${hash}`)
    const content = RLP.decode(value) as Uint8Array
    return [bytesToHex(slot), bytesToHex(setLengthLeft(content, 32))]
  }

  private code(hash: Uint8Array): Hex {
    if (equalsBytes(hash, KECCAK256_NULL)) return '0x'
    const code = this.database.read(`${codePrefix}${bytesToUnprefixedHex(hash)}`)
    return bytesToHex(code ?? new Uint8Array())
  }
}
