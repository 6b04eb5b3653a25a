import { RLP } from '@ethereumjs/rlp'
import {
  bytesToBigInt,
  bytesToHex,
  bytesToUnprefixedHex,
  equalsBytes,
  hexToBytes,
  KECCAK256_NULL,
  KECCAK256_RLP,
  setLengthLeft,
} from '@ethereumjs/util'
import type { StateReader } from '../database.js'
import { loadNode } from '../loadNode.js'
import type { Hex } from '../node.js'
import { preimageOf } from '../preimages.js'
import { PreimageMissingError } from '../stateFile/errors.js'
import { codePrefix } from '../stateKeys.js'
import { compareTries } from '../trie/compare.js'
import { rootOf } from '../trie/trie.js'
import type { AccountEdit, StateEdits } from './edits.js'

/** Nonce, balance, root of the storage, hash of the code. */
type AccountEntry = readonly [Uint8Array, Uint8Array, Uint8Array, Uint8Array]

const noAccount: AccountEntry = [new Uint8Array(), new Uint8Array(), KECCAK256_RLP, KECCAK256_NULL]
const addressBytes = 20

/**
 * How one state becomes another, account by account.
 * @throws PreimageMissingError
 */
export function findEdits(
  database: StateReader,
  before: Uint8Array,
  after: Uint8Array,
): StateEdits {
  const edits: Record<Hex, AccountEdit | null> = {}
  const load = (hash: string) => loadNode(database, hash)
  for (const entry of compareTries(load, rootOf(before), rootOf(after))) {
    const address = keyWith(database, entry.key)
    // A fork notes other things beside its accounts, which follow from what is done to these.
    if (address.length !== addressBytes) continue
    edits[bytesToHex(address)] = accountEdit(database, entryOf(entry.before), entryOf(entry.after))
  }
  return edits
}

/** Undefined where there is no account, which a fork marks with an entry that is none. */
function entryOf(value: Uint8Array | undefined): AccountEntry | undefined {
  const entry = value && RLP.decode(value)
  return Array.isArray(entry) ? (entry as unknown as AccountEntry) : undefined
}

function accountEdit(
  database: StateReader,
  before: AccountEntry = noAccount,
  after: AccountEntry | undefined,
): AccountEdit | null {
  if (!after) return null
  const [nonce, balance, storageRoot, codeHash] = after
  const storage = storageEdits(database, before[2], storageRoot)
  return {
    nonce: bytesToBigInt(nonce),
    balance: bytesToBigInt(balance),
    ...(!equalsBytes(before[3], codeHash) && { code: codeWith(database, codeHash) }),
    ...(Object.keys(storage).length > 0 && { storage }),
  }
}

function storageEdits(
  database: StateReader,
  before: Uint8Array,
  after: Uint8Array,
): Record<Hex, Hex> {
  const storage: Record<Hex, Hex> = {}
  const load = (hash: string) => loadNode(database, hash)
  for (const entry of compareTries(load, rootOf(before), rootOf(after))) {
    const value = entry.after ? (RLP.decode(entry.after) as Uint8Array) : new Uint8Array()
    storage[bytesToHex(keyWith(database, entry.key))] = bytesToHex(setLengthLeft(value, 32))
  }
  return storage
}

function keyWith(database: StateReader, hash: string): Uint8Array {
  const key = preimageOf(database, hexToBytes(`0x${hash}`))
  if (!key) throw new PreimageMissingError(`0x${hash}`)
  return key
}

function codeWith(database: StateReader, hash: Uint8Array): Hex {
  if (equalsBytes(hash, KECCAK256_NULL)) return '0x'
  const code = database.read(`${codePrefix}${bytesToUnprefixedHex(hash)}`)
  if (!code) throw new PreimageMissingError(bytesToHex(hash))
  return bytesToHex(code)
}
