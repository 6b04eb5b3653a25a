import { bigIntToHex, bytesToHex, hexToBytes } from '@ethereumjs/util'
import type { Hex } from '../node.js'
import { registryAddress } from '../registry.js'
import { registryBytecode } from '../registryBytecode.js'
import { askBegunBlock, type BegunBlock } from './begunBlock.js'
import { askQuantity } from './decode.js'
import { ForkError } from './errors.js'
import { type RemoteBlock, readHash, readRemoteBlock } from './header.js'
import { Remote, type RemoteOptions } from './remote.js'
import { RemoteState } from './remoteState.js'
import { StateCache } from './stateCache.js'

/** Which chain to go on from, and at which block. */
export interface ForkOptions extends RemoteOptions {
  /** Negative ones count back from the latest. Default: the latest. */
  readonly blockNumber?: bigint
  /** Goes on from the state that this transaction left, within its block, instead. */
  readonly transactionHash?: Hex
  /** Of the forked chain, where it is known; spares a request. */
  readonly chainId?: number
  /** Folder in which what was read of the forked state outlives this process. Default: none. */
  readonly cacheFolder?: string
}

/** A chain that another one goes on from. */
export interface Fork {
  readonly options: ForkOptions
  readonly remote: Remote
  readonly chainId: number
  /** The last block that is the remote's. */
  readonly base: RemoteBlock
  readonly state: RemoteState
  /** The block after the base, as far as the transaction that was named. */
  readonly begun: BegunBlock | undefined
  /** Whether models are registered there, too: whether it is a Lockstep chain. */
  hasRegistry(): Promise<boolean>
  /** Hash of a block up to the base; zeros where there is none. */
  blockHash(number: bigint): Promise<Uint8Array>
  /**
   * Asks another node of the forked chain from now on.
   * @throws ForkError when that one has not the block that this chain goes on from, and what asking it throws.
   */
  moveTo(url: string): Promise<void>
  close(): Promise<void>
}

/**
 * Asks a remote for the block to go on from.
 * @throws ForkError when it has no such block, RemoteUnreachableError, RemoteRefusedError, RemoteAnswerError.
 */
export async function openFork(options: ForkOptions): Promise<Fork> {
  const remote = new Remote(checkUrl(options))
  const chainId = options.chainId ?? Number(await askQuantity(remote, 'eth_chainId', []))
  const begun =
    options.transactionHash === undefined
      ? undefined
      : await askBegunBlock(remote, options.transactionHash)
  const number = begun ? begun.number - 1n : await forkNumber(remote, options.blockNumber)
  const answer = await remote.request('eth_getBlockByNumber', [bigIntToHex(number), false])
  if (answer === null) {
    throw new ForkError(`The chain at ${remote.host} has no block ${number}.`, {
      remedy: 'Fork at a block up to its latest, or leave the number out.',
    })
  }
  const base = readRemoteBlock(remote, answer, chainId)
  const disk =
    options.cacheFolder === undefined
      ? undefined
      : StateCache.open(options.cacheFolder, BigInt(chainId), base.hash)
  const state = new RemoteState(remote, number, disk)
  return {
    options,
    remote,
    chainId,
    base,
    state,
    begun,
    hasRegistry: async () => {
      const registry = await state.account(registryAddress)
      return registry !== undefined && bytesToHex(registry.code) === registryBytecode
    },
    blockHash: async (wanted) => {
      const block = await remote.request('eth_getBlockByNumber', [bigIntToHex(wanted), false])
      return block === null ? new Uint8Array(32) : hexToBytes(readHash(remote, block))
    },
    moveTo: async (url) => {
      const other = new Remote(checkUrl({ ...options, url }))
      const block = await other.request('eth_getBlockByNumber', [bigIntToHex(number), false])
      if (block === null || readHash(other, block) !== base.hash) {
        throw new ForkError(`The chain at ${other.host} has not block ${base.hash} at ${number}.`, {
          remedy: 'Name a node of the chain that was forked, or reset to a fork of the other one.',
        })
      }
      remote.moveTo(url)
    },
    close: async () => disk?.close(),
  }
}

function checkUrl(options: ForkOptions): ForkOptions {
  const url = URL.canParse(options.url) ? new URL(options.url) : undefined
  if (url?.protocol === 'http:' || url?.protocol === 'https:') return options
  // What was given may hold a key.
  throw new ForkError('The URL of the chain to fork is no http:// or https:// URL.', {
    remedy: 'Write it like http://127.0.0.1:8545.',
  })
}

async function forkNumber(remote: Remote, wanted?: bigint): Promise<bigint> {
  if (wanted !== undefined && wanted >= 0n) return wanted
  const latest = await askQuantity(remote, 'eth_blockNumber', [])
  if (wanted === undefined) return latest
  const number = latest + wanted
  if (number >= 0n) return number
  throw new ForkError(`The chain at ${remote.host} has ${latest} blocks: ${wanted} is before it.`)
}
