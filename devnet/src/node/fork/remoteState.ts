import { RLP } from '@ethereumjs/rlp'
import {
  Account,
  bigIntToHex,
  bytesToBigInt,
  bytesToHex,
  KECCAK256_NULL,
  KECCAK256_RLP,
  unpadBytes,
} from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import { LRUCache } from 'lru-cache'
import type { Hex } from '../node.js'
import { askBytes, askQuantity } from './decode.js'
import type { Remote } from './remote.js'
import type { StateCache } from './stateCache.js'

/** An account of the forked chain, with its code. Its storage is asked for slot by slot. */
export interface RemoteAccount {
  /** Storage root: that of an empty trie, whatever the remote's is. */
  readonly account: Account
  readonly code: Uint8Array
}

/** Nonce, balance, hash of the code, code. */
type AccountEntry = [Uint8Array, Uint8Array, Uint8Array, Uint8Array]

const MEMORY_BYTES = 256 * 1024 * 1024
/** Beyond what any chain allows, so that a remote cannot fill the memory. */
const LONGEST_CODE = 1024 * 1024
const EMPTY = new Uint8Array()

/** The state of a forked chain after one block, wherever it is read. */
export interface ForkedState {
  /**
   * Undefined for an account that is empty there.
   * @throws RemoteUnreachableError, RemoteRefusedError, RemoteAnswerError; MissingForkedStateError where it was recorded
   */
  account(address: Hex): Promise<RemoteAccount | undefined>
  /** The value of a slot without leading zeros; empty for zero. @throws like `account` */
  storage(address: Hex, slot: Uint8Array): Promise<Uint8Array>
}

/** The state of a forked chain at its node: what was read once is remembered. */
export class RemoteState implements ForkedState {
  private readonly memory = new LRUCache<string, Uint8Array>({
    maxSize: MEMORY_BYTES,
    sizeCalculation: (value, key) => value.length + key.length + 64,
  })
  private readonly pending = new Map<string, Promise<Uint8Array>>()
  private readonly block: Hex

  constructor(
    private readonly remote: Remote,
    blockNumber: bigint,
    private readonly disk?: StateCache,
  ) {
    this.block = bigIntToHex(blockNumber)
  }

  async account(address: Hex): Promise<RemoteAccount | undefined> {
    const entry = await this.read(`a${address.slice(2)}`, () => this.fetchAccount(address))
    if (entry.length === 0) return undefined
    const [nonce, balance, codeHash, code] = RLP.decode(entry) as AccountEntry
    const [count, wei] = [bytesToBigInt(nonce), bytesToBigInt(balance)]
    return { account: new Account(count, wei, KECCAK256_RLP, codeHash), code }
  }

  storage(address: Hex, slot: Uint8Array): Promise<Uint8Array> {
    const key = bytesToHex(slot)
    return this.read(`s${address.slice(2)}${key.slice(2)}`, async () =>
      unpadBytes(await askBytes(this.remote, 'eth_getStorageAt', [address, key, this.block], 32)),
    )
  }

  private async fetchAccount(address: Hex): Promise<Uint8Array> {
    const params = [address, this.block]
    const [nonce, balance, code] = await Promise.all([
      askQuantity(this.remote, 'eth_getTransactionCount', params),
      askQuantity(this.remote, 'eth_getBalance', params),
      askBytes(this.remote, 'eth_getCode', params, LONGEST_CODE),
    ])
    if (nonce === 0n && balance === 0n && code.length === 0) return EMPTY
    const codeHash = code.length === 0 ? KECCAK256_NULL : keccak(code)
    return RLP.encode([nonce, balance, codeHash, code])
  }

  private read(key: string, fetch: () => Promise<Uint8Array>): Promise<Uint8Array> {
    const known = this.memory.get(key) ?? this.disk?.get(key)
    if (known) {
      this.memory.set(key, known)
      return Promise.resolve(known)
    }
    const pending = this.pending.get(key)
    if (pending) return pending
    const asked = fetch()
      .then((value) => {
        this.memory.set(key, value)
        this.disk?.put(key, value)
        return value
      })
      .finally(() => this.pending.delete(key))
    this.pending.set(key, asked)
    return asked
  }
}
