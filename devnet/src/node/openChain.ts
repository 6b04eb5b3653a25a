import { bytesToHex } from '@ethereumjs/util'
import { keccak } from '@lockstep/precompile'
import { Chain, type ChainSource, restoredGenesis } from './chain.js'
import type { Clock } from './clock.js'
import type { BlockSettings } from './settings.js'
import type { DataDir } from './storage/dataDir.js'
import { CorruptStoreError } from './storage/errors.js'
import { checkIdentity, type Identity, identityRow, readIdentity } from './storage/identity.js'
import { keyOf } from './storage/keys.js'
import { decodePosition, encodePosition, type Position } from './storage/position.js'
import type { Row } from './storage/store.js'

/** What a chain's next blocks are made with. */
export interface Standing {
  readonly clock: Clock
  readonly settings: BlockSettings
}

/** A chain as it starts. */
export interface Origin {
  readonly source: ChainSource
  /** Trie nodes and code of the first state. */
  readonly state: readonly Row[]
  readonly genesisJson: Record<string, unknown>
  readonly position: Position
}

/** A chain, and where it stands. */
export interface OpenedChain {
  readonly chain: Chain
  readonly position: Position
}

/**
 * Starts a chain, or goes on with the one that a data folder holds.
 * @param folder the store, where it is a data folder.
 * @throws DataDirMismatchError, CorruptStoreError, StorageError
 */
export async function openChain(folder: DataDir | undefined, origin: Origin): Promise<OpenedChain> {
  const identity = folder && readIdentity(folder)
  if (folder && identity) return resumeChain(folder, identity, origin)
  if (folder?.wasStarted) {
    throw new CorruptStoreError(folder.directory, 'a chain was started here, and it is gone.')
  }
  const chain = await startChain(origin)
  folder?.markStarted()
  return { chain, position: origin.position }
}

function startChain({ source, state, genesisJson, position }: Origin): Promise<Chain> {
  return Chain.create(source, [
    ...state.map(([key, value]): Row => [keyOf.state(key), value]),
    identityRow(genesisJson),
    [keyOf.position, encodePosition(position)],
  ])
}

function resumeChain(folder: DataDir, identity: Identity, origin: Origin): OpenedChain {
  checkIdentity(folder.directory, identity, origin.genesisJson)
  const row = folder.get(keyOf.position)
  if (!row) throw new CorruptStoreError(folder.directory, 'it does not say where the chain stands.')
  const position = decodePosition(row)
  const { source } = origin
  const genesis = restoredGenesis(source.store, source.rulesOf) ?? source.genesis
  const chain = Chain.open({ ...source, genesis }, position.height)
  if (!chain) throw new CorruptStoreError(folder.directory, `block ${position.height} is missing.`)
  checkHead(folder, chain)
  return { chain, position }
}

/** The head is what its hash says, and the state after it is there. */
function checkHead(folder: DataDir, chain: Chain): void {
  const { hash, block } = chain.head
  const actual = bytesToHex(block.hash())
  if (actual !== hash) {
    throw new CorruptStoreError(folder.directory, `block ${hash} hashes to ${actual}.`)
  }
  const root = bytesToHex(chain.stateRoot(chain.head))
  const node = folder.get(keyOf.state(root.slice(2)))
  if (!node || bytesToHex(keccak(node)) !== root) {
    throw new CorruptStoreError(folder.directory, `the state ${root} of block ${hash} is missing.`)
  }
}
