import { paramsBlock } from '@ethereumjs/block'
import { type ChainConfig, Common, type ParamsDict } from '@ethereumjs/common'
import { paramsEVM } from '@ethereumjs/evm'
import { paramsTx } from '@ethereumjs/tx'
import { paramsVM } from '@ethereumjs/vm'
import { BaseError, keccak } from '@lockstep/precompile'
import { createKzg } from './kzg.js'

/** Rule sets that a chain may start with, oldest first. */
export const hardforks = [
  'london',
  'arrowGlacier',
  'grayGlacier',
  'paris',
  'shanghai',
  'cancun',
  'prague',
  'osaka',
  'bpo1',
  'bpo2',
] as const

export type Hardfork = (typeof hardforks)[number]

/** Thrown for a hardfork name that no chain of this node can run. */
export class UnknownHardforkError extends BaseError {
  override readonly name = 'UnknownHardforkError'

  constructor(hardfork: string) {
    super(`Hardfork "${hardfork}" is not one that this chain can run.`, {
      remedy: `Choose one of: ${hardforks.join(', ')}.`,
    })
  }
}

const beforeLondon = [
  'chainstart',
  'homestead',
  'tangerineWhistle',
  'spuriousDragon',
  'byzantium',
  'constantinople',
  'petersburg',
  'istanbul',
  'muirGlacier',
  'berlin',
]

/** Where validators deposit on Mainnet; its events are requests of the block (EIP-6110). */
export const depositContract = '0x00000000219ab540356cbb839cbe05303d7705fa'

/** Forks that later clients schedule by time; the ones before them are scheduled by block. */
const firstTimedFork = hardforks.indexOf('shanghai')

/**
 * EthereumJS merges its parameter tables into Common again in every constructor of a header, transaction and EVM,
 * which costs more than executing a transfer. A table that was merged once stays merged in every copy.
 */
class ChainCommon extends Common {
  private readonly mergedTables = new Set<ParamsDict>()

  override updateParams(table: ParamsDict): void {
    if (this.mergedTables.has(table)) return
    this.mergedTables.add(table)
    super.updateParams(table)
  }
}

/** Narrows a name given by a person to a hardfork. @throws UnknownHardforkError */
export function toHardfork(name: string): Hardfork {
  const known = hardforks.find((hardfork) => hardfork.toLowerCase() === name.toLowerCase())
  if (name.toLowerCase() === 'latest') return hardforks[hardforks.length - 1] as Hardfork
  if (!known) throw new UnknownHardforkError(name)
  return known
}

/**
 * Rules of a chain on which every fork up to `hardfork` holds from genesis on, under proof of stake:
 * no block reward is paid, whatever the fork.
 */
export function createCommon(options: { chainId: number; hardfork: Hardfork }): Common {
  const active = hardforks.slice(0, hardforks.indexOf(options.hardfork) + 1)
  const chain: ChainConfig = {
    name: 'lockstep',
    chainId: options.chainId,
    defaultHardfork: options.hardfork,
    consensus: { type: 'pos', algorithm: 'casper', casper: {} },
    genesis: { gasLimit: 30_000_000, difficulty: 0, nonce: '0x0000000000000000', extraData: '0x' },
    depositContractAddress: depositContract,
    bootstrapNodes: [],
    hardforks: [
      ...beforeLondon.map((name) => ({ name, block: 0 })),
      ...active.map((name, index) =>
        index < firstTimedFork ? { name, block: 0 } : { name, block: null, timestamp: 0 },
      ),
    ],
  }
  const common = new ChainCommon({
    chain,
    hardfork: options.hardfork,
    customCrypto: { keccak256: keccak, kzg: createKzg() },
  })
  for (const table of [paramsBlock, paramsTx, paramsEVM, paramsVM]) common.updateParams(table)
  return common
}
