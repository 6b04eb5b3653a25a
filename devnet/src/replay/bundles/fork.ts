import { bytesToHex } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import type { Fields } from '../../node/fields.js'
import { readRemoteBlock } from '../../node/fork/header.js'
import type { RecordedFork } from '../../node/fork/recordedState.js'
import type { Hex } from '../../node/node.js'
import { proves } from './accountProof.js'
import { BundleStateError } from './errors.js'
import { bundleFile } from './files.js'
import type { ForkLine, ProvenAccount } from './lines.js'
import type { Manifest } from './manifest.js'

type Refuse = (problem: string) => BundleStateError

/** What a bundle's file of a forked chain holds. */
export interface ForkFile extends RecordedFork {
  readonly base: Fields
  readonly accounts: readonly ProvenAccount[]
}

/**
 * Reads what a bundle holds of the chain that it forks. Where the manifest says so, every account is proved against
 * the state root of the base.
 * @throws BundleStateError, BundleFormatError
 */
export async function readFork(
  folder: string,
  { base, chainId, fork }: Manifest,
  lines: AsyncIterable<ForkLine>,
): Promise<ForkFile | undefined> {
  if (!fork) return undefined
  const refuse: Refuse = (problem) =>
    new BundleStateError(folder, problem, { file: bundleFile.fork })
  const file = await collect(lines, refuse)
  if (file.base.hash !== base.hash) throw refuse(`lacks the block ${base.hash}`)
  if (fork.provedBy === 'manifest') return file
  const stateRoot = provenRoot(file, chainId)
  if (!stateRoot) throw refuse(`holds a block that is not ${base.hash}, whose state is proved`)
  for (const account of file.accounts) {
    if (proves(stateRoot, account, account.proof ?? [])) continue
    throw refuse(`does not prove the account ${account.address}`)
  }
  return file
}

/** The state root of the forked chain's block; undefined where its hash is not that of its header. */
export function provenRoot(
  { base }: Pick<ForkFile, 'base'>,
  chainId: number,
): Uint8Array | undefined {
  const { hash, block } = readRemoteBlock({ host: bundleFile.fork }, base, chainId)
  const isHash = bytesToHex(keccak(block.header.serialize())) === hash
  return isHash ? block.header.stateRoot : undefined
}

async function collect(lines: AsyncIterable<ForkLine>, refuse: Refuse): Promise<ForkFile> {
  let base: Fields | undefined
  const accounts = new Map<Hex, ProvenAccount>()
  const hashes = new Map<bigint, Hex>()
  for await (const line of lines) {
    if (line.kind === 'block') base = line.block
    else if (line.kind === 'hash') hashes.set(line.number, line.hash)
    else if (accounts.has(line.account.address)) {
      throw refuse(`holds the account ${line.account.address} twice`)
    } else accounts.set(line.account.address, line.account)
  }
  if (!base) throw refuse('lacks the block that the chain goes on from')
  return { base, accounts: [...accounts.values()], hashes }
}
