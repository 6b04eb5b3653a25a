import { bigIntToHex } from '@ethereumjs/util'
import type { Rules } from './common.js'
import type { BlobLimits, Fork, ForkSchedule } from './hardforks.js'

/**
 * The names under which geth's configuration schedules hardforks, oldest first. Spurious Dragon has two, and Paris
 * comes with the terminal total difficulty.
 */
export const forkFields: readonly { readonly field: string; readonly hardfork: string }[] = [
  { field: 'homesteadBlock', hardfork: 'homestead' },
  { field: 'daoForkBlock', hardfork: 'dao' },
  { field: 'eip150Block', hardfork: 'tangerineWhistle' },
  { field: 'eip155Block', hardfork: 'spuriousDragon' },
  { field: 'byzantiumBlock', hardfork: 'byzantium' },
  { field: 'constantinopleBlock', hardfork: 'constantinople' },
  { field: 'petersburgBlock', hardfork: 'petersburg' },
  { field: 'istanbulBlock', hardfork: 'istanbul' },
  { field: 'muirGlacierBlock', hardfork: 'muirGlacier' },
  { field: 'berlinBlock', hardfork: 'berlin' },
  { field: 'londonBlock', hardfork: 'london' },
  { field: 'arrowGlacierBlock', hardfork: 'arrowGlacier' },
  { field: 'grayGlacierBlock', hardfork: 'grayGlacier' },
  { field: 'shanghaiTime', hardfork: 'shanghai' },
  { field: 'cancunTime', hardfork: 'cancun' },
  { field: 'pragueTime', hardfork: 'prague' },
  { field: 'osakaTime', hardfork: 'osaka' },
  { field: 'bpo1Time', hardfork: 'bpo1' },
  { field: 'bpo2Time', hardfork: 'bpo2' },
  { field: 'bpo3Time', hardfork: 'bpo3' },
  { field: 'bpo4Time', hardfork: 'bpo4' },
  { field: 'bpo5Time', hardfork: 'bpo5' },
]

/** Hardforks from Cancun on, each of which may set how many blobs a block holds. */
export const blobForks = ['cancun', 'prague', 'osaka', 'bpo1', 'bpo2', 'bpo3', 'bpo4', 'bpo5']

/** A schedule as `config` of geth's genesis.json. */
export function scheduleJson(rules: Rules): Record<string, unknown> {
  const { schedule } = rules
  const byHardfork = new Map(schedule.forks.map((fork) => [fork.name, fork]))
  const scheduled = forkFields.filter(({ hardfork }) => byHardfork.has(hardfork))
  const blobs = blobForks.filter((hardfork) => byHardfork.has(hardfork))
  const spuriousDragon = byHardfork.get('spuriousDragon')
  return {
    chainId: schedule.chainId,
    ...Object.fromEntries(
      scheduled.map(({ field, hardfork }) => [field, positionOf(byHardfork.get(hardfork) as Fork)]),
    ),
    ...(spuriousDragon && { eip158Block: positionOf(spuriousDragon) }),
    ...(schedule.netsplitBlock !== undefined && {
      mergeNetsplitBlock: Number(schedule.netsplitBlock),
    }),
    ...mergeJson(schedule),
    ...(byHardfork.has('prague') && { depositContractAddress: schedule.depositContract }),
    ...(schedule.proofOfWork && { ethash: {} }),
    ...(schedule.codeSizeLimit !== undefined && {
      codeSizeLimit: bigIntToHex(schedule.codeSizeLimit),
    }),
    ...(blobs.length > 0 && {
      blobSchedule: Object.fromEntries(blobs.map((name) => [name, blobLimits(rules, name)])),
    }),
  }
}

function mergeJson({ forks, terminalTotalDifficulty }: ForkSchedule): Record<string, unknown> {
  const paris = forks.find(({ name }) => name === 'paris')
  if (!paris) return {}
  return {
    terminalTotalDifficulty: Number(terminalTotalDifficulty ?? 0n),
    ...(paris.block === 0n && { terminalTotalDifficultyPassed: true }),
  }
}

function positionOf({ block, timestamp }: Fork): number {
  return Number(block ?? timestamp)
}

function blobLimits(rules: Rules, hardfork: string): BlobLimits {
  const common = rules.named(hardfork)
  const schedule = common.getBlobGasSchedule()
  const gasPerBlob = common.param('blobGasPerBlob')
  return {
    target: Number(schedule.targetBlobGasPerBlock / gasPerBlob),
    max: Number(schedule.maxBlobGasPerBlock / gasPerBlob),
    baseFeeUpdateFraction: Number(schedule.blobGasPriceUpdateFraction),
  }
}
