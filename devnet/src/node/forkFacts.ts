import { crc32 } from 'node:zlib'
import type { Common } from '@ethereumjs/common'
import { hexToBytes } from '@ethereumjs/util'
import { depositContractOf } from './common.js'
import type { Ledger } from './ledger.js'
import type { Hex } from './node.js'

/** The rules from one hardfork on, as EIP-7910 tells them. */
export interface ForkFacts {
  readonly common: Common
  /** Seconds; 0 where it came by block, or with genesis. */
  readonly activationTime: bigint
  /** EIP-2124. */
  readonly forkId: Hex
  readonly precompiles: readonly Hex[]
  readonly depositContract: Hex
}

export interface ScheduledForks {
  readonly current: ForkFacts
  /** The one that comes next; undefined where none is scheduled. */
  readonly next: ForkFacts | undefined
  /** The last one that is scheduled; undefined where none is to come. */
  readonly last: ForkFacts | undefined
}

/** The hardforks around the head of a chain. */
export async function scheduledForks(ledger: Ledger): Promise<ScheduledForks> {
  const { header } = ledger.chain.head.block
  const times = [...new Set(ledger.rules.schedule.forks.flatMap((fork) => fork.timestamp ?? []))]
  const coming = times.filter((time) => time > header.timestamp)
  const started = times.filter((time) => time <= header.timestamp).at(-1) ?? 0n
  const [next] = coming
  const last = coming.at(-1)
  return {
    current: await factsAt(ledger, started, ledger.rulesOf(header)),
    next: next === undefined ? undefined : await comingAt(ledger, next),
    last: last === undefined ? undefined : await comingAt(ledger, last),
  }
}

function comingAt(ledger: Ledger, timestamp: bigint): Promise<ForkFacts> {
  const { number } = ledger.chain.head.block.header
  return factsAt(ledger, timestamp, ledger.rules.at({ number, timestamp, isMerged: true }))
}

async function factsAt(ledger: Ledger, time: bigint, common: Common): Promise<ForkFacts> {
  const { chain } = ledger
  const { evm } = await ledger.view(chain.stateRoot(chain.head), common)
  return {
    common,
    activationTime: time,
    forkId: forkId(ledger, time),
    precompiles: [...evm.precompiles.keys()].map((address): Hex => `0x${address}`),
    depositContract: depositContractOf(common),
  }
}

/** CRC-32 of the genesis hash and of every block and time up to `time` at which the rules changed. */
function forkId(ledger: Ledger, time: bigint): Hex {
  const { genesis } = ledger.chain
  const { forks, netsplitBlock } = ledger.rules.schedule
  const blocks = forks.flatMap(({ block }) => block ?? []).concat(netsplitBlock ?? [])
  const times = forks.flatMap(({ timestamp }) => timestamp ?? [])
  const { header } = genesis.block
  const passed = [
    ...blocks.filter((block) => block > 0n),
    ...times.filter((stamp) => stamp > header.timestamp && stamp <= time),
  ]
  let sum = crc32(hexToBytes(genesis.hash))
  for (const position of [...new Set(passed)].sort((a, b) => (a < b ? -1 : 1))) {
    const bytes = Buffer.alloc(8)
    bytes.writeBigUInt64BE(position)
    sum = crc32(bytes, sum)
  }
  return `0x${sum.toString(16).padStart(8, '0')}`
}
