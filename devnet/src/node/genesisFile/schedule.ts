import { depositContract } from '../common.js'
import { type Fields, isGiven } from '../fields.js'
import type { BlobLimits, Fork, ForkSchedule } from '../hardforks.js'
import { blobForks, forkFields } from '../scheduleJson.js'
import { bytes, GenesisFileError, integer, object, quantity } from './fields.js'

/** Hardforks that a chain may leave out: they change nothing but the difficulty, or the number of blobs. */
const optional: ReadonlySet<string> = new Set([
  'dao',
  'muirGlacier',
  'arrowGlacier',
  'grayGlacier',
  ...blobForks.filter((name) => name.startsWith('bpo')),
])

/** The most that a number of the file may be where the rules are computed with JavaScript's numbers. */
const maxNumber = BigInt(Number.MAX_SAFE_INTEGER)

/**
 * Reads which rules a chain follows, and from where on.
 * @param config of the file.
 * @param difficulty of the genesis block.
 * @returns no schedule where the file names no hardfork.
 * @throws GenesisFileError
 */
export function readSchedule(
  config: Fields,
  difficulty: bigint,
): { chainId: number; schedule: ForkSchedule | undefined } {
  if (isGiven(config.clique)) {
    throw new GenesisFileError(
      'config.clique',
      'left out: no signer is checked here',
      config.clique,
    )
  }
  const chainId = Number(boundedNumber('config.chainId', config.chainId))
  const forks = readForks(config)
  const merge = readMerge(config, forks, difficulty)
  if (forks.length === 0) return { chainId, schedule: undefined }
  const all = [...forks.filter(isByBlock), ...merge.paris, ...forks.filter((f) => !isByBlock(f))]
  checkOrder(all)
  return {
    chainId,
    schedule: {
      chainId,
      forks: all,
      blobs: readBlobs(config.blobSchedule, all),
      depositContract: bytes(
        'config.depositContractAddress',
        config.depositContractAddress ?? depositContract,
        20,
      ),
      proofOfWork: merge.proofOfWork,
      ...(isGiven(config.codeSizeLimit) && {
        codeSizeLimit: integer('config.codeSizeLimit', config.codeSizeLimit, 52),
      }),
      ...(isGiven(config.mergeNetsplitBlock) && {
        netsplitBlock: quantity('config.mergeNetsplitBlock', config.mergeNetsplitBlock),
      }),
      ...(merge.terminal !== undefined && { terminalTotalDifficulty: merge.terminal }),
    },
  }
}

function boundedNumber(path: string, value: unknown): bigint {
  const number = quantity(path, value)
  if (number <= maxNumber) return number
  throw new GenesisFileError(path, `at most ${maxNumber}`, value)
}

function isByBlock({ timestamp }: Fork): boolean {
  return timestamp === undefined
}

function readForks(config: Fields): Fork[] {
  const { eip155Block = config.eip158Block, eip158Block = eip155Block } = config
  if (eip155Block !== eip158Block) {
    throw new GenesisFileError('config.eip158Block', 'the same as eip155Block', eip158Block)
  }
  // Constantinople without Petersburg ran on test networks alone.
  const { petersburgBlock = config.constantinopleBlock } = config
  const fields: Fields = { ...config, eip155Block, petersburgBlock }
  return forkFields
    .filter(({ field }) => isGiven(fields[field]))
    .filter(({ hardfork }) => hardfork !== 'dao' || config.daoForkSupport === true)
    .map(({ field, hardfork }) => {
      const position = boundedNumber(`config.${field}`, fields[field])
      return field.endsWith('Time')
        ? { name: hardfork, timestamp: position }
        : { name: hardfork, block: position }
    })
}

/** Whether blocks were mined, and where that ends. */
function readMerge(config: Fields, forks: readonly Fork[], difficulty: bigint) {
  const given = config.terminalTotalDifficulty
  const terminal = isGiven(given)
    ? integer('config.terminalTotalDifficulty', given, 256)
    : undefined
  const isMerged =
    config.terminalTotalDifficultyPassed === true ||
    (terminal === undefined ? !forks.every(isByBlock) : difficulty >= terminal)
  if (isMerged)
    return { paris: [{ name: 'paris', block: 0n }], proofOfWork: false, terminal: undefined }
  return {
    paris: terminal === undefined ? [] : [{ name: 'paris' }],
    proofOfWork: terminal !== undefined || isGiven(config.ethash),
    terminal,
  }
}

/** A hardfork builds on those before it: none may come earlier than they do, or without them. */
function checkOrder(forks: readonly Fork[]): void {
  const byName = new Map(forks.map((fork) => [fork.name, fork]))
  // A chain that was never mined has base fees.
  const required = byName.get('paris')?.block === undefined ? 'homestead' : 'london'
  const newest = forkFields.findLastIndex(
    ({ hardfork }) => byName.has(hardfork) || hardfork === required,
  )
  for (const { field, hardfork } of forkFields.slice(0, newest + 1)) {
    if (byName.has(hardfork) || optional.has(hardfork)) continue
    throw new GenesisFileError(`config.${field}`, 'given, as later hardforks are', undefined)
  }
  let last: Fork | undefined
  for (const fork of forks) {
    const position = positionOf(fork)
    if (position === undefined) continue
    const before = last && isByBlock(last) === isByBlock(fork) ? positionOf(last) : undefined
    if (last && before !== undefined && position < before) {
      throw new GenesisFileError(
        `the start of ${fork.name}`,
        `${before}, where ${last.name} starts, or later`,
        Number(position),
      )
    }
    last = fork
  }
}

function positionOf({ block, timestamp }: Fork): bigint | undefined {
  return block ?? timestamp
}

function readBlobs(value: unknown, forks: readonly Fork[]): Record<string, BlobLimits> {
  const limits: Record<string, BlobLimits> = {}
  const scheduled = new Set(forks.map(({ name }) => name))
  for (const [name, entry] of Object.entries(object('config.blobSchedule', value ?? {}))) {
    const path = `config.blobSchedule.${name}`
    if (!blobForks.includes(name)) {
      throw new GenesisFileError(path, `of one of ${blobForks.join(', ')}`, name)
    }
    if (isGiven(entry) && scheduled.has(name)) limits[name] = readLimits(path, object(path, entry))
  }
  for (const { name } of forks) {
    if (/^bpo[345]$/.test(name) && !limits[name]) {
      throw new GenesisFileError(
        `config.blobSchedule.${name}`,
        'given, since the fork is',
        undefined,
      )
    }
  }
  return limits
}

function readLimits(path: string, fields: Fields): BlobLimits {
  const small = (name: string) => Number(integer(`${path}.${name}`, fields[name], 32))
  const limits = {
    target: small('target'),
    max: small('max'),
    baseFeeUpdateFraction: small('baseFeeUpdateFraction'),
  }
  if (limits.max === 0 || limits.target > limits.max || limits.baseFeeUpdateFraction === 0) {
    throw new GenesisFileError(path, 'a target up to max, and no zero divisor', fields)
  }
  return limits
}
