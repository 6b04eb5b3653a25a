import { bytesToUnprefixedHex } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import type { OverlayDatabase, StateReader } from './database.js'
import { preimagePrefix } from './stateKeys.js'

/**
 * Notes the address or slot that a hash stands for. A trie holds hashes alone, and a state file names what they are of.
 * @param hash of the key, in hex. Default: it is computed.
 */
export function keepPreimage(
  database: OverlayDatabase,
  key: Uint8Array,
  hash: string = bytesToUnprefixedHex(keccak(key)),
): void {
  const row = `${preimagePrefix}${hash}`
  // Most keys come again in every block.
  if (!database.read(row)) database.write(row, key)
}

/** The address or slot with this hash, if it was ever written. */
export function preimageOf(database: StateReader, hash: Uint8Array): Uint8Array | undefined {
  return database.read(`${preimagePrefix}${bytesToUnprefixedHex(hash)}`)
}
