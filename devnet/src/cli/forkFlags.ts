import { homedir } from 'node:os'
import { join } from 'node:path'
import { type Command, InvalidArgumentError, Option } from 'commander'
import type { ForkOptions } from '../node/fork/fork.js'
import type { Hex } from '../node/node.js'
import { integer } from './flag.js'
import { UsageError } from './output.js'

/** The flags that make a chain go on from another one, parsed. */
export interface ForkFlags {
  readonly forkUrl?: ForkSource
  readonly rpcUrl?: ForkSource
  readonly forkBlockNumber?: bigint
  readonly forkTransactionHash?: Hex
  readonly forkChainId?: number
  readonly forkHeader: readonly Header[]
  readonly timeout?: number
  readonly retries?: number
  readonly forkRetryBackoff?: number
  readonly computeUnitsPerSecond?: number
  readonly rateLimit: boolean
  readonly rpcRateLimit: boolean
  readonly storageCaching: boolean
  readonly cachePath?: string
}

interface ForkSource {
  readonly url: string
  readonly block?: bigint
}

type Header = readonly [name: string, value: string]

const aDayMs = 24 * 60 * 60 * 1000
/** Their blocks change with every run: what was read of them is of no use to the next. */
const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]', '0.0.0.0'])

/** Adds Anvil's flags for forks. */
export function addForkOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '-f, --fork-url <url[@block]>',
        'go on from a block of the chain at this URL',
      ).argParser(forkSource),
    )
    .addOption(new Option('--rpc-url <url>', 'the same').argParser(forkSource).hideHelp())
    .option(
      '--fork-block-number <block>',
      'block to go on from; -5 is the fifth before the latest',
      blockNumber,
    )
    .addOption(
      new Option(
        '--fork-transaction-hash <hash>',
        'go on from what this transaction left, within its block',
      )
        .argParser(transactionHash)
        .conflicts('forkBlockNumber'),
    )
    .option(
      '--fork-chain-id <id>',
      'chain id of the forked chain, to ask it less',
      integer(1, Number.MAX_SAFE_INTEGER),
    )
    .option('--fork-header <header>', 'HTTP header to send, as "Name: value"', collectHeader, [])
    .option('--timeout <ms>', 'longest wait for an answer (45000)', integer(1, aDayMs))
    .option('--retries <n>', 'further tries of a request (5)', integer(0, 100))
    .option(
      '--fork-retry-backoff <ms>',
      'wait before the first further try (1000)',
      integer(0, aDayMs),
    )
    .option(
      '--compute-units-per-second <n>',
      'pace of requests once the remote asks for one (330)',
      integer(1, 1_000_000_000),
    )
    .option('--no-rate-limit', 'keep no pace, whatever the remote says')
    .addOption(new Option('--no-rpc-rate-limit', 'the same').hideHelp())
    .option('--no-storage-caching', 'keep nothing of the forked state on disk')
    .option('--cache-path <dir>', 'where forked state is kept (~/.lockstep/cache)')
}

/** What the flags ask for; undefined without a URL. @throws UsageError for a flag that needs one */
export function toForkOptions(flags: ForkFlags): ForkOptions | undefined {
  const source = flags.forkUrl ?? flags.rpcUrl
  if (!source) {
    const idle = flags.forkBlockNumber ?? flags.forkTransactionHash
    if (idle === undefined) return undefined
    throw new UsageError('--fork-block-number and --fork-transaction-hash need --fork-url.')
  }
  if (
    source.block !== undefined &&
    (flags.forkBlockNumber ?? flags.forkTransactionHash) !== undefined
  ) {
    throw new UsageError('Give the block in --fork-url or in a flag of its own, not in both.')
  }
  const { retries, timeout, forkRetryBackoff, forkChainId, forkTransactionHash } = flags
  const blockNumber = source.block ?? flags.forkBlockNumber
  const cacheFolder = cacheFolderOf(flags, source.url)
  const isPaced = flags.rateLimit && flags.rpcRateLimit
  const pace = isPaced ? flags.computeUnitsPerSecond : Number.POSITIVE_INFINITY
  return {
    url: source.url,
    headers: Object.fromEntries(flags.forkHeader),
    ...(blockNumber !== undefined && { blockNumber }),
    ...(cacheFolder !== undefined && { cacheFolder }),
    ...(forkTransactionHash !== undefined && { transactionHash: forkTransactionHash }),
    ...(forkChainId !== undefined && { chainId: forkChainId }),
    ...(forkRetryBackoff !== undefined && { retryBackoffMs: forkRetryBackoff }),
    ...(pace !== undefined && { computeUnitsPerSecond: pace }),
    ...(retries !== undefined && { retries }),
    ...(timeout !== undefined && { timeoutMs: timeout }),
  }
}

function cacheFolderOf({ storageCaching, cachePath }: ForkFlags, url: string): string | undefined {
  if (!storageCaching) return undefined
  if (cachePath !== undefined) return cachePath
  const isLoopback = URL.canParse(url) && loopbackHosts.has(new URL(url).hostname)
  return isLoopback ? undefined : join(homedir(), '.lockstep', 'cache')
}

/** A URL, with the block after an @ that stands behind the last slash. */
function forkSource(text: string): ForkSource {
  const [, url = text, block] = /^(.+)@(\d+|latest)$/.exec(text) ?? []
  return { url, ...(block !== undefined && block !== 'latest' && { block: BigInt(block) }) }
}

function blockNumber(text: string): bigint {
  if (!/^(-?\d+|0x[0-9a-fA-F]+)$/.test(text)) {
    throw new InvalidArgumentError('It must be a whole number; one below 0 counts from the latest.')
  }
  return BigInt(text)
}

function transactionHash(text: string): Hex {
  if (!/^0x[0-9a-fA-F]{64}$/.test(text)) {
    throw new InvalidArgumentError('It must be a hash: 0x and 64 hex digits.')
  }
  return text.toLowerCase() as Hex
}

function collectHeader(text: string, sofar: readonly Header[]): readonly Header[] {
  const [, name, value] = /^([^:\s]+):\s*(.*)$/.exec(text) ?? []
  if (name === undefined || value === undefined) {
    throw new InvalidArgumentError('Write "Name: value".')
  }
  return [...sofar, [name, value]]
}
