import { bytesToUnprefixedHex } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import type { OverlayDatabase, StateReader } from './database.js'

/** Sets them apart from trie nodes and code in the state's database. */
const prefix = '70'

/**
 * Notes the address or slot that a hash stands for. A trie holds hashes alone, and a state file names what they are of.
 * @param hash of the key, in hex. Default: it is computed.
 */
export function keepPreimage(
  database: OverlayDatabase,
  key: Uint8Array,
  hash: string = bytesToUnprefixedHex(keccak(key)),
): void {
  const row = `${prefix}${hash}`
  // Most keys come again in every block.
  if (!database.read(row)) database.write(row, key)
}

/** The address or slot with this hash, if it was ever written. */
export function preimageOf(database: StateReader, hash: Uint8Array): Uint8Array | undefined {
  return database.read(`${prefix}${bytesToUnprefixedHex(hash)}`)
}
