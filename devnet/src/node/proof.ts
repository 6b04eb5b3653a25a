import { createMerkleProof, MerklePatriciaTrie } from '@ethereumjs/mpt'
import {
  bytesToBigInt,
  bytesToHex,
  createAddressFromString,
  KECCAK256_NULL,
  KECCAK256_RLP,
  ValueEncoding,
} from '@ethereumjs/util'
import { BaseError } from '@lockstep/precompile'
import type { Hex } from './node.js'
import type { OwnState } from './ownState.js'
import { toWord } from './state.js'

/** An account, and what proves it and slots of it against the root of its state. */
export interface AccountProof {
  readonly balance: bigint
  readonly nonce: bigint
  readonly codeHash: Hex
  readonly storageRoot: Hex
  /** Nodes of the state trie, from the root down. */
  readonly nodes: readonly Hex[]
  readonly slots: readonly { readonly value: bigint; readonly nodes: readonly Hex[] }[]
}

/** Thrown for a proof of an account that differs from the forked chain's: no root is over all of such a state. */
export class ProofUnavailableError extends BaseError {
  override readonly name = 'ProofUnavailableError'

  constructor(address: Hex) {
    super(`No proof can be given of ${address}: it was changed since the fork.`, {
      remedy: 'Ask for a block up to the one that was forked; the forked chain answers then.',
    })
  }
}

/** Proves an account, or that there is none, and slots of it. */
export async function proveAccount(
  state: OwnState,
  address: Hex,
  slots: readonly Hex[],
): Promise<AccountProof> {
  const owner = createAddressFromString(address)
  const nodes = await prove(state, await state.getStateRoot(), owner.bytes)
  const account = await state.getAccount(owner)
  const storageRoot = account?.storageRoot ?? KECCAK256_RLP
  const proveSlot = async (slot: Hex) => {
    const key = toWord(slot)
    // There are none where there is no account.
    if (!account) return { value: 0n, nodes: [] }
    const value = bytesToBigInt(await state.getStorage(owner, key))
    return { value, nodes: await prove(state, storageRoot, key) }
  }
  return {
    balance: account?.balance ?? 0n,
    nonce: account?.nonce ?? 0n,
    codeHash: bytesToHex(account?.codeHash ?? KECCAK256_NULL),
    storageRoot: bytesToHex(storageRoot),
    nodes,
    slots: await Promise.all(slots.map(proveSlot)),
  }
}

/** The nodes from a root down to a key, or to where it would be. */
async function prove({ database }: OwnState, root: Uint8Array, key: Uint8Array): Promise<Hex[]> {
  const valueEncoding = ValueEncoding.Bytes
  const trie = new MerklePatriciaTrie({ db: database, root, useKeyHashing: true, valueEncoding })
  return (await createMerkleProof(trie, key)).map((node) => bytesToHex(node))
}
