import type { Common } from '@ethereumjs/common'
import { MerklePatriciaTrie } from '@ethereumjs/mpt'
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
  ValueEncoding,
} from '@ethereumjs/util'
import { OverlayDatabase, type StateReader } from '../database.js'
import type { Hex } from '../node.js'
import { preimageOf } from '../preimages.js'
import { PreimageMissingError } from './errors.js'
import type { AccountJson } from './format.js'

/** Nonce, balance, root of the storage, hash of the code. */
type AccountEntry = [Uint8Array, Uint8Array, Uint8Array, Uint8Array]

/** An account of a forked chain that this one has removed. */
const removed: AccountJson = { nonce: 0, balance: '0x0', code: '0x', storage: {} }
const addressBytes = 20
/** Under which EthereumJS keeps code in the state's database. */
const codePrefix = '63'

/** Reads states whole, account by account, and remembers those that several states share. */
export class AccountReader {
  private readonly known = new Map<string, readonly [Hex, AccountJson]>()

  /** @param isFork whether the states hold what differs from another chain's alone. */
  constructor(
    private readonly database: StateReader,
    private readonly common: Common,
    private readonly isFork: boolean,
  ) {}

  /**
   * The accounts of the state with this root, by address.
   * @throws PreimageMissingError
   */
  async read(root: Uint8Array): Promise<Record<Hex, AccountJson>> {
    const accounts: [Hex, AccountJson][] = []
    for (const [hash, value] of await this.leaves(root)) {
      const leaf = `${hash}${value}`
      const account = this.known.get(leaf) ?? (await this.account(hash, value))
      if (!account) continue
      this.known.set(leaf, account)
      accounts.push([account[0], account[1]])
    }
    return Object.fromEntries(accounts.sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  /** Undefined for what a fork notes beside its accounts. */
  private async account(hash: Hex, value: Hex): Promise<readonly [Hex, AccountJson] | undefined> {
    const address = this.preimage(hash)
    if (address?.length !== addressBytes) {
      if (this.isFork) return undefined
      throw new PreimageMissingError(hash)
    }
    const entry = RLP.decode(hexToBytes(value))
    if (!Array.isArray(entry)) return [bytesToHex(address), removed]
    const [nonce, balance, storageRoot, codeHash] = entry as AccountEntry
    return [
      bytesToHex(address),
      {
        nonce: Number(integerOf(nonce)),
        balance: bigIntToHex(integerOf(balance)),
        code: this.code(codeHash),
        storage: await this.storage(storageRoot),
      },
    ]
  }

  private async storage(root: Uint8Array): Promise<Record<Hex, Hex>> {
    const slots: [Hex, Hex][] = []
    for (const [hash, value] of await this.leaves(root)) {
      const slot = this.preimage(hash)
      if (!slot) throw new PreimageMissingError(hash)
      const content = RLP.decode(hexToBytes(value)) as Uint8Array
      slots.push([bytesToHex(slot), bytesToHex(setLengthLeft(content, 32))])
    }
    return Object.fromEntries(slots.sort(([a], [b]) => (a < b ? -1 : 1)))
  }

  private code(hash: Uint8Array): Hex {
    if (equalsBytes(hash, KECCAK256_NULL)) return '0x'
    const code = this.database.read(`${codePrefix}${bytesToUnprefixedHex(hash)}`)
    return bytesToHex(code ?? new Uint8Array())
  }

  /** Every entry of a trie, under the hash of its key. */
  private async leaves(root: Uint8Array): Promise<[Hex, Hex][]> {
    const trie = new MerklePatriciaTrie({
      db: new OverlayDatabase(this.database),
      valueEncoding: ValueEncoding.Bytes,
      useKeyHashing: true,
      root,
      common: this.common,
    })
    const { values } = await trie.getValueMap()
    return Object.entries(values) as [Hex, Hex][]
  }

  private preimage(hash: Hex): Uint8Array | undefined {
    return preimageOf(this.database, hexToBytes(hash))
  }
}

function integerOf(bytes: Uint8Array): bigint {
  return bytes.length === 0 ? 0n : bytesToBigInt(bytes)
}
