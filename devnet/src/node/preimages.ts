import { bytesToUnprefixedHex } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import type { StateDatabase } from './database.js'

/** Sets them apart from trie nodes and code in the state's database. */
const prefix = '70'

/**
 * Notes the address or slot that a hash stands for. A trie holds hashes alone, and a state file names what they are of.
 */
export async function keepPreimage(database: StateDatabase, key: Uint8Array): Promise<void> {
  const row = `${prefix}${bytesToUnprefixedHex(keccak(key))}`
  // Most keys come again in every block.
  if (!(await database.get(row))) await database.put(row, key)
}

/** The address or slot with this hash, if it was ever written. */
export function preimageOf(
  database: Pick<StateDatabase, 'get'>,
  hash: Uint8Array,
): Promise<Uint8Array | undefined> {
  return database.get(`${prefix}${bytesToUnprefixedHex(hash)}`)
}
