import { RLP } from '@ethereumjs/rlp'
import {
  bytesToBigInt,
  bytesToHex,
  bytesToUnprefixedHex,
  hexToBytes,
  KECCAK256_NULL,
} from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import type { RecordedAccount } from '../../node/fork/recordedState.js'
import type { Hex } from '../../node/node.js'
import { decodeNode } from '../../node/trie/node.js'
import { find, type NodeStore, rootOf } from '../../node/trie/trie.js'

/** Whether trie nodes prove an account, that it is empty included, and every slot of it against a state root. */
export function proves(
  stateRoot: Uint8Array,
  account: RecordedAccount,
  proof: readonly Hex[],
): boolean {
  try {
    const store = storeOf(proof)
    const entry = find(store, rootOf(stateRoot), pathOf(account.address))
    const slots = Object.entries(account.storage) as [Hex, Hex][]
    if (!entry) return isEmpty(account) && slots.every(([, value]) => BigInt(value) === 0n)
    const [nonce, balance, storageRoot, codeHash] = RLP.decode(entry) as [
      Uint8Array,
      Uint8Array,
      Uint8Array,
      Uint8Array,
    ]
    const code = hexToBytes(account.code)
    const wanted = code.length === 0 ? KECCAK256_NULL : keccak(code)
    if (numberOf(nonce) !== account.nonce || numberOf(balance) !== account.balance) return false
    if (bytesToHex(codeHash) !== bytesToHex(wanted)) return false
    return slots.every(([slot, value]) => {
      const found = find(store, rootOf(storageRoot), pathOf(slot))
      return numberOf(found && (RLP.decode(found) as Uint8Array)) === BigInt(value)
    })
  } catch {
    // A node that is missing, or is none, proves nothing.
    return false
  }
}

function storeOf(proof: readonly Hex[]): NodeStore {
  const rows = new Map(
    proof.map((node) => {
      const row = hexToBytes(node)
      return [bytesToUnprefixedHex(keccak(row)), row]
    }),
  )
  return {
    load(hash) {
      const row = rows.get(hash)
      if (!row) throw new RangeError(`The proof lacks the node 0x${hash}.`)
      return decodeNode(row)
    },
    keep() {},
  }
}

function isEmpty({ nonce, balance, code }: RecordedAccount): boolean {
  return nonce === 0n && balance === 0n && code === '0x'
}

function pathOf(key: Hex): string {
  return bytesToUnprefixedHex(keccak(hexToBytes(key)))
}

function numberOf(bytes: Uint8Array | undefined): bigint {
  return bytes === undefined || bytes.length === 0 ? 0n : bytesToBigInt(bytes)
}
