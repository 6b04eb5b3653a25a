import { RLP } from '@ethereumjs/rlp'
import { bytesToHex, KECCAK256_NULL_S, KECCAK256_RLP_S } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import { keyOf } from '../storage/keys.js'
import type { Store } from '../storage/store.js'

type Node = Uint8Array | readonly Node[]

/**
 * Reads a state from its root to every leaf and every code, and hashes each of them.
 * @returns how many rows it is made of.
 */
export function verifyState(store: Store, root: Uint8Array): number {
  let rows = 0
  const read = (key: string): Uint8Array => {
    const row = store.get(keyOf.state(key))
    if (!row) throw new Error(`The state has no row ${key}.`)
    const hash = bytesToHex(keccak(row)).slice(2)
    if (hash !== key.slice(-64)) throw new Error(`Row ${key} hashes to ${hash}.`)
    rows++
    return row
  }
  const account = (leaf: Uint8Array) => {
    const [, , storageRoot, codeHash] = (RLP.decode(leaf) as Uint8Array[]).map((field) =>
      bytesToHex(field),
    )
    if (storageRoot && storageRoot !== KECCAK256_RLP_S) walk(read(storageRoot.slice(2)), () => {})
    if (codeHash && codeHash !== KECCAK256_NULL_S) read(`63${codeHash.slice(2)}`)
  }
  const walk = (node: Node, onLeaf: (value: Uint8Array) => void): void => {
    const parts = node instanceof Uint8Array ? (RLP.decode(node) as Node[]) : node
    const child = (reference: Node) => {
      if (!(reference instanceof Uint8Array)) walk(reference, onLeaf)
      else if (reference.length > 0) walk(read(bytesToHex(reference).slice(2)), onLeaf)
    }
    if (parts.length === 17) for (const reference of parts.slice(0, 16)) child(reference)
    else if (((parts[0] as Uint8Array)[0] ?? 0) >= 0x20) onLeaf(parts[1] as Uint8Array)
    else child(parts[1] as Node)
  }
  walk(read(bytesToHex(root).slice(2)), account)
  return rows
}
