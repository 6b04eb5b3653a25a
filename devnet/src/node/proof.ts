import { getMerkleStateProof } from '@ethereumjs/statemanager'
import { createAddressFromString } from '@ethereumjs/util'
import { BaseError } from '@lockstep/precompile'
import type { Hex } from './node.js'
import { type ChainState, toWord } from './state.js'

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
  state: ChainState,
  address: Hex,
  slots: readonly Hex[],
): Promise<AccountProof> {
  const owner = createAddressFromString(address)
  const proof = await getMerkleStateProof(state, owner, slots.map(toWord))
  return {
    balance: BigInt(proof.balance),
    nonce: BigInt(proof.nonce),
    codeHash: proof.codeHash,
    storageRoot: proof.storageHash,
    nodes: proof.accountProof,
    // There are none where there is no account.
    slots: slots.map((_, index) => {
      const { value = '0x0', proof: nodes = [] } = proof.storageProof[index] ?? {}
      return { value: BigInt(value), nodes }
    }),
  }
}
