import type { StateReader } from './database.js'
import { PreimageMissingError } from './stateFile/errors.js'
import { decodeNode, type TrieNode } from './trie/node.js'

/** A node of a stored trie, by its hash. @throws PreimageMissingError */
export function loadNode(database: StateReader, hash: string): TrieNode {
  const known = database.nodes.get(hash)
  if (known) return known
  const row = database.read(hash)
  if (!row) throw new PreimageMissingError(`0x${hash}`)
  return decodeNode(row)
}
