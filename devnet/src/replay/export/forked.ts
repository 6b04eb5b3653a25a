import type { Hex } from '../../node/node.js'
import type { BlockReads } from '../../node/witness/blockReads.js'
import { proves } from '../bundles/accountProof.js'
import { type ForkFile, provenRoot } from '../bundles/fork.js'
import type { ProvenAccount } from '../bundles/lines.js'
import type { BlockPlace, ForkFacts } from '../bundles/manifest.js'
import { ChainMovedError } from './errors.js'
import type { RemoteChain } from './source.js'

/** What a chain read of the one that it forks, and what says that it is right. */
export interface ExportedFork {
  readonly file: ForkFile
  readonly facts: ForkFacts
}

/**
 * Reads what a chain read of the one that it forks, with proofs of all of it where that one's node gives them.
 * @param base the last block of the forked chain.
 * @throws ChainMovedError, and what the node answers with
 */
export async function readForked(
  chain: RemoteChain,
  chainId: number,
  { base, head }: { readonly base: BlockPlace; readonly head: BlockPlace },
): Promise<ExportedFork> {
  const reads = new ForkedCollector()
  for (let number = base.number; number <= head.number; number++) {
    const place = await chain.place(number)
    if (!place) throw new ChainMovedError(number)
    reads.add(await chain.reads(place))
  }
  const header = await chain.header(base)
  const stateRoot = provenRoot({ base: header }, chainId)
  const accounts: ProvenAccount[] = []
  let isProved = stateRoot !== undefined
  for (const account of reads.accounts.values()) {
    // One that is not proved leaves it to the manifest to vouch for all.
    const proof = isProved ? await chain.forkProof(account) : undefined
    isProved &&= proof !== undefined && proves(stateRoot as Uint8Array, account, proof)
    accounts.push({ ...account, ...(isProved && proof && { proof }) })
  }
  return {
    file: { base: header, accounts, hashes: reads.hashes },
    facts: { provedBy: isProved ? 'proofs' : 'manifest' },
  }
}

/** Puts together what blocks read of the same state. */
class ForkedCollector {
  readonly accounts = new Map<Hex, ProvenAccount>()
  readonly hashes = new Map<bigint, Hex>()

  add({ forked }: BlockReads): void {
    for (const account of forked?.accounts ?? []) {
      const storage = { ...this.accounts.get(account.address)?.storage, ...account.storage }
      this.accounts.set(account.address, { ...account, storage })
    }
    for (const [number, hash] of forked?.hashes ?? []) this.hashes.set(number, hash)
  }
}
