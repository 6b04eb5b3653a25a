import { paramsBlock } from '@ethereumjs/block'
import { type ChainConfig, Common, type ParamsDict } from '@ethereumjs/common'
import { paramsEVM } from '@ethereumjs/evm'
import { paramsTx } from '@ethereumjs/tx'
import { paramsVM } from '@ethereumjs/vm'
import { BaseError, keccak } from '@lockstep/precompile'
import { ecrecover, ecsign } from './ecdsa.js'
import { type BlobLimits, type ForkPosition, type ForkSchedule, hardforkAt } from './hardforks.js'
import { createKzg } from './kzg.js'
import type { Hex } from './node.js'

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

/** Hardforks before them, which a chain that comes from elsewhere may start with, oldest first. */
export const pastHardforks = [
  'homestead',
  'tangerineWhistle',
  'spuriousDragon',
  'byzantium',
  'constantinople',
  'petersburg',
  'istanbul',
  'muirGlacier',
  'berlin',
] as const

/** Hardforks of blobs alone that a schedule may name; the library has no limits for them. */
export const laterBlobForks = ['bpo3', 'bpo4', 'bpo5'] as const

/** Where validators deposit on Mainnet. */
export const depositContract: Hex = '0x00000000219ab540356cbb839cbe05303d7705fa'

/** Forks that later clients schedule by time; the ones before them are scheduled by block. */
export const firstTimedFork = hardforks.indexOf('shanghai')

/**
 * EthereumJS merges its parameter tables into Common again in every constructor of a header, transaction and EVM,
 * which costs more than executing a transfer. A table that was merged once stays merged in every copy. It also searches
 * lists of EIPs at every opcode, and of hardforks at every header: here each is looked up.
 */
class ChainCommon extends Common {
  private readonly mergedTables = new Set<ParamsDict>()
  /** What this was copied from, and what that was. */
  readonly origin: Common = this
  private active: { readonly eips: ReadonlySet<number>; readonly of: readonly number[] } | undefined
  private places: ReadonlyMap<string, number> | undefined
  depositContract = depositContract
  /** Parameters that the chain sets for itself. */
  private own: Readonly<Record<string, bigint>> = {}

  setBlobs({ target, max, baseFeeUpdateFraction }: BlobLimits): void {
    const gasPerBlob = this.param('blobGasPerBlob')
    this.own = {
      ...this.own,
      target: BigInt(target),
      max: BigInt(max),
      targetBlobGasPerBlock: BigInt(target) * gasPerBlob,
      maxBlobGasPerBlock: BigInt(max) * gasPerBlob,
      blobGasPriceUpdateFraction: BigInt(baseFeeUpdateFraction),
    }
  }

  setCodeSizeLimit(bytes: bigint): void {
    this.own = { ...this.own, maxCodeSize: bytes, maxInitCodeSize: 2n * bytes }
  }

  liftGasCap(): void {
    this.own = { ...this.own, maxTransactionGasLimit: 2n ** 64n - 1n }
  }

  override isActivatedEIP(eip: number): boolean {
    const of = this._activatedEIPsCache
    if (this.active?.of !== of) this.active = { eips: new Set(of), of }
    return this.active.eips.has(eip)
  }

  override hardforkGteHardfork(first: string | null, second: string): boolean {
    this.places ??= new Map(this.hardforks().map(({ name }, index) => [name, index]))
    const place = this.places.get(second)
    return place !== undefined && (this.places.get(first ?? this._hardfork) ?? -1) >= place
  }

  override param(name: string): bigint {
    return this.own?.[name] ?? super.param(name)
  }

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
 * A chain on which every fork up to `hardfork` holds from genesis on, under proof of stake: no block reward is paid,
 * whatever the fork.
 */
export function allAtGenesis(options: { chainId: number; hardfork: Hardfork }): ForkSchedule {
  const active = hardforks.slice(0, hardforks.indexOf(options.hardfork) + 1)
  const blocks = [...pastHardforks, ...active.slice(0, firstTimedFork)]
  return {
    chainId: options.chainId,
    forks: [
      ...blocks.map((name) => ({ name, block: 0n })),
      ...active.slice(firstTimedFork).map((name) => ({ name, timestamp: 0n })),
    ],
    blobs: {},
    depositContract,
    proofOfWork: false,
  }
}

/** Rules of a chain on which every fork up to `hardfork` holds from genesis on. */
export function createCommon(options: { chainId: number; hardfork: Hardfork }): Common {
  return new Rules(allAtGenesis(options)).named(options.hardfork)
}

/** The rules of a chain, hardfork by hardfork. */
export class Rules {
  private readonly byHardfork = new Map<string, Common>()

  constructor(readonly schedule: ForkSchedule) {}

  /** The rules that a block follows. */
  at(position: ForkPosition): Common {
    return this.named(hardforkAt(this.schedule, position))
  }

  /** The rules from one hardfork of the schedule on. */
  named(hardfork: string): Common {
    const known = this.byHardfork.get(hardfork)
    if (known) return known
    const common = new ChainCommon({
      chain: chainConfig(this.schedule, hardfork),
      hardfork,
      customCrypto: { ecrecover, ecsign, keccak256: keccak, kzg: createKzg() },
    })
    common.depositContract = this.schedule.depositContract
    for (const table of [paramsBlock, paramsTx, paramsEVM, paramsVM]) common.updateParams(table)
    const blobs = blobLimitsOf(this.schedule, hardfork)
    if (blobs) common.setBlobs(blobs)
    const { codeSizeLimit } = this.schedule
    if (codeSizeLimit !== undefined) common.setCodeSizeLimit(codeSizeLimit)
    this.byHardfork.set(hardfork, common)
    return common
  }
}

/** The rules without the bound on the gas of one transaction (EIP-7825), for what no block will hold. */
export function withoutGasCap(common: Common): Common {
  const copy = common.copy()
  if (copy instanceof ChainCommon) copy.liftGasCap()
  return copy
}

/** What all copies of some rules have in common. */
export function originOf(common: Common): Common {
  return common instanceof ChainCommon ? common.origin : common
}

/** The contract whose events are the deposits of a block. */
export function depositContractOf(common: Common): Hex {
  return common instanceof ChainCommon ? common.depositContract : depositContract
}

function chainConfig(schedule: ForkSchedule, hardfork: string): ChainConfig {
  return {
    name: 'lockstep',
    chainId: schedule.chainId,
    defaultHardfork: hardfork,
    consensus: schedule.proofOfWork
      ? { type: 'pow', algorithm: 'ethash', ethash: {} }
      : { type: 'pos', algorithm: 'casper', casper: {} },
    genesis: { gasLimit: 30_000_000, difficulty: 0, nonce: '0x0000000000000000', extraData: '0x' },
    depositContractAddress: schedule.depositContract,
    bootstrapNodes: [],
    hardforks: [
      { name: 'chainstart', block: 0 },
      ...schedule.forks.map(({ name, block, timestamp }) =>
        timestamp === undefined
          ? { name, block: block === undefined ? null : Number(block) }
          : { name, block: null, timestamp: Number(timestamp) },
      ),
    ],
    customHardforks: Object.fromEntries(laterBlobForks.map((name) => [name, { eips: [] }])),
  }
}

/** Hardforks that bring other limits on blobs where a schedule says nothing. */
const forksWithOwnBlobs: ReadonlySet<string> = new Set(['cancun', 'prague', 'bpo1', 'bpo2'])

/** What a schedule says of the blobs of a hardfork; undefined where the hardfork's own limits hold. */
function blobLimitsOf({ forks, blobs }: ForkSchedule, hardfork: string): BlobLimits | undefined {
  let limits: BlobLimits | undefined
  for (const { name } of forks) {
    limits = blobs[name] ?? (forksWithOwnBlobs.has(name) ? undefined : limits)
    if (name === hardfork) return limits
  }
  return undefined
}
