import { createEngines, type EngineChoice, type EngineName } from '@lockstep/precompile'
import { getAddress, keccak256 } from 'viem'
import { createDevnet, type Devnet, type DevnetOptions } from '../devnet.js'
import type { AccountOptions } from '../node/accounts.js'
import { toHardfork, UnknownHardforkError } from '../node/common.js'
import type { Fork } from '../node/fork/fork.js'
import type { Hex, MiningMode, Node, SealedBlock } from '../node/node.js'
import type { Order } from '../node/order.js'
import { callTrees } from '../rpc/callTrees.js'
import { defaultIpcPath } from '../rpc/ipcPath.js'
import { version } from '../version.js'
import { type BannerFacts, banner } from './banner.js'
import { readChainFile, readGenesisFile } from './chainFiles.js'
import { writeConfig } from './configFile.js'
import { consoleText } from './consoleLog.js'
import { type ForkFlags, toForkOptions } from './forkFlags.js'
import { blockLog } from './log.js'
import { type MnemonicFlags, mnemonicOf } from './mnemonic.js'
import { readModelFolder } from './modelFile.js'
import { print, UsageError } from './output.js'
import { type RemoteFlags, remoteLog, toRemoteOptions } from './remoteFlags.js'
import { loadStateFile, StateWriter } from './stateFile.js'
import type { StateFlags } from './stateFlags.js'

/** The flags of `lockstep devnet`, parsed. */
export interface DevnetFlags extends ForkFlags, MnemonicFlags, RemoteFlags, StateFlags {
  readonly port: number
  readonly host: readonly string[]
  readonly ipc?: string | true
  readonly ipcpath?: string | true
  readonly accounts: number
  readonly balance: bigint
  readonly derivationPath: string
  readonly chainId?: number
  readonly hardfork?: string
  readonly init?: string
  readonly import?: string
  readonly blockTime?: number
  readonly mining: boolean
  readonly mixedMining?: boolean
  readonly maxTransactions?: number
  readonly slotsInAnEpoch: number
  readonly order: Order
  readonly preExecution: boolean
  readonly gasLimit?: bigint
  readonly blockBaseFeePerGas?: bigint
  readonly codeSizeLimit?: number
  readonly disableCodeSizeLimit?: boolean
  readonly disableBlockGasLimit?: boolean
  readonly disablePoolBalanceChecks?: boolean
  readonly timestamp?: bigint
  readonly number?: bigint
  readonly disableMinPriorityFee?: boolean
  readonly disableDefaultCreate2Deployer?: boolean
  readonly disableConsoleLog?: boolean
  readonly autoImpersonate?: boolean
  readonly allowOrigin: string
  readonly cors: boolean
  readonly requestSizeLimit: boolean
  readonly dataDir?: string
  readonly models?: string
  readonly engine?: EngineName | 'auto'
  readonly modelUpload: boolean
  readonly allowModelUpload?: boolean
  readonly configOut?: string
  readonly printTraces?: boolean
  readonly quiet?: boolean
  readonly silent?: boolean
}

/** Prepares a chain before it is announced; what it returns is printed last. */
export type Prepare = (devnet: Devnet) => Promise<string>

/** Starts the devnet, prints what people need to use it, and runs until a signal ends it. */
export async function runDevnet(flags: DevnetFlags, prepare?: Prepare): Promise<void> {
  const stopped = untilSignal()
  const models = flags.models === undefined ? [] : await readModelFolder(flags.models)
  const log = new Log(!isQuiet(flags))
  const accounts = accountOptions(flags)
  const engines = createEngines({
    ...(flags.engine !== undefined && { engine: flags.engine }),
    onChoice: (choice) => log.print(engineLog(choice)),
    onFallback: (choice) => log.print(engineLog(choice)),
  })
  const remote = toRemoteOptions(flags)
  const blocks = flags.import === undefined ? undefined : await readChainFile(flags.import)
  const devnet = await createDevnet({
    ...toOptions(flags),
    ...(flags.init !== undefined && { genesis: await readGenesisFile(flags.init) }),
    accounts,
    engine: engines,
    ...(remote && { remote: { ...remote, onEvent: (event) => log.print(remoteLog(event)) } }),
    models: models.map(({ bytes }) => bytes),
    onCall: (method) => log.print(method),
  })
  try {
    devnet.node.on('block', (sealed) => {
      if (flags.printTraces) void printTraced(devnet.node, sealed, log)
      else log.print(blockLog(sealed))
    })
    if (!flags.disableConsoleLog) {
      devnet.node.on('console', (calls) => {
        for (const calldata of calls) log.print(consoleText(calldata))
      })
    }
    const facts = await factsOf(flags, devnet, accounts)
    if (flags.configOut !== undefined) await writeConfig(flags.configOut, facts)
    const opening = banner({
      ...facts,
      models: models.map(({ file, bytes }) => ({ file, id: keccak256(bytes) })),
    })
    if (blocks) await devnet.node.importChain(blocks)
    const missing = await loadStateFile(devnet.node, flags)
    const closing = await prepare?.(devnet)
    log.start()
    log.print(opening)
    for (const host of flags.host) log.print(`Listening on ${host}:${devnet.port}`)
    process.send?.({ url: devnet.url })
    if (flags.serveV2) log.print(`Running models for others at ${devnet.url}/v2`)
    if (closing) log.print(closing)
    for (const id of missing) log.print(missingModel(id))
    const writer = new StateWriter(devnet.node, flags, warn)
    // Trying the engines keeps every core busy for seconds; a chain without models needs none of them.
    const hasModels = (await devnet.node.models.list()).length > 0
    if (flags.engine !== undefined || hasModels) void engines.choose()
    void prepareRemotes(devnet.node)
    await stopped
    await writer.finish()
  } finally {
    await devnet.close()
  }
}

/** Looks for the remotes and tries them with the models that are there, so that the first inference finds them ready. */
async function prepareRemotes({ precompile, models }: Node): Promise<void> {
  const { remote } = precompile
  await remote?.prepare()
  if (remote)
    for (const { id } of await models.list()) await remote.prepare(await precompile.model(id))
}

/** Traces come one after another, and so do the blocks that wait for them. */
async function printTraced(node: Node, sealed: SealedBlock, log: Log): Promise<void> {
  const trees = await callTrees(node, sealed).catch((error: Error) => [
    `No traces: ${error.message}`,
  ])
  log.print([...trees, blockLog(sealed)].join('\n'))
}

function missingModel(id: Hex): string {
  return `The chain knows model ${id}, and its file is not here: upload it with \`lockstep deploy\`.`
}

/** Some who start a node take a line without this word for its end. */
function warn({ message }: Error): void {
  console.error(`Warning: ${message}`)
}

function engineLog({ engine, reason }: EngineChoice): string {
  return `Exact models run on ${engine}: ${reason}`
}

/** Prints nothing before the banner, nothing at all when quiet, and once what a turn of the event loop had to say. */
class Log {
  private started = false
  private waiting: string[] = []

  constructor(private enabled: boolean) {
    process.once('exit', () => this.flush())
    // Whoever read the log may go, as `head` does; the chain stays.
    process.stdout.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error
      this.enabled = false
    })
  }

  start(): void {
    this.started = true
  }

  print(text: string): void {
    if (!this.enabled || !this.started) return
    // Writing to a pipe stops this thread: a client gets its answer first.
    if (this.waiting.length === 0) setImmediate(() => this.flush())
    this.waiting.push(text)
  }

  private flush(): void {
    if (this.waiting.length > 0) print(this.waiting.join('\n'))
    this.waiting = []
  }
}

/** What people and scripts are told of the chain as it starts. */
async function factsOf(
  flags: DevnetFlags,
  { node }: Devnet,
  accounts: AccountOptions & { readonly mnemonic: string; readonly derivationPath: string },
): Promise<Omit<BannerFacts, 'models'>> {
  const { header } = ((await node.block('earliest')) ?? node.head).block
  return {
    version,
    accounts: node.accounts.map(({ address, privateKey }) => ({
      address: getAddress(address),
      privateKey,
    })),
    balance: flags.balance,
    mnemonic: accounts.mnemonic,
    // Anvil ends it with a slash, and scripts append the index of an account.
    derivationPath: accounts.derivationPath.replace(/\/?$/, '/'),
    chainId: node.chainId,
    baseFee: header.baseFeePerGas ?? 0n,
    gasLimit: node.gasLimit,
    ...(node.fork && { fork: forkFacts(node.fork) }),
    genesisTimestamp: header.timestamp,
    genesisNumber: header.number,
  }
}

/** A URL may hold a key in its path: people see the host alone. */
function forkFacts({ remote, base }: Fork): NonNullable<BannerFacts['fork']> {
  return { host: remote.host, blockNumber: base.block.header.number, blockHash: base.hash }
}

function isQuiet(flags: DevnetFlags): boolean {
  return (flags.quiet || flags.silent) ?? false
}

function toOptions(flags: DevnetFlags): DevnetOptions {
  const fork = toForkOptions(flags)
  return {
    ...(fork && { fork }),
    ...(flags.chainId !== undefined && { chainId: flags.chainId }),
    ...(flags.gasLimit !== undefined && { gasLimit: flags.gasLimit }),
    ...(flags.timestamp !== undefined && { genesisTimestamp: flags.timestamp }),
    ...(flags.number !== undefined && { genesisNumber: flags.number }),
    ...(flags.blockBaseFeePerGas !== undefined && { baseFee: flags.blockBaseFeePerGas }),
    ...(flags.dataDir !== undefined && { dataDir: flags.dataDir }),
    ...(flags.maxTransactions !== undefined && { maxBlockTransactions: flags.maxTransactions }),
    ...codeSizeLimitOf(flags),
    ...(flags.disableBlockGasLimit && { gasLimit: anyGas }),
    ...(flags.disablePoolBalanceChecks && { waivers: ['poolBalance' as const] }),
    ...(flags.disableMinPriorityFee && { suggestedTip: 0n }),
    ...(flags.disableDefaultCreate2Deployer && { predeploys: 'none' as const }),
    ...ipcPathOf(flags),
    ...(!flags.requestSizeLimit && { maxBodyBytes: Number.POSITIVE_INFINITY }),
    allowOrigin: flags.cors ? flags.allowOrigin : false,
    autoImpersonate: flags.autoImpersonate ?? false,
    balance: flags.balance,
    ...(flags.hardfork !== undefined && { hardfork: readHardfork(flags.hardfork) }),
    host: flags.host,
    mining: miningMode(flags),
    modelUpload: flags.allowModelUpload ? 'anyone' : flags.modelUpload ? 'local' : 'nobody',
    order: flags.order,
    preExecution: flags.preExecution,
    port: flags.port,
    serveInference: flags.serveV2 ?? false,
    slotsPerEpoch: flags.slotsInAnEpoch,
  }
}

/** The most that a header can hold: with Anvil, too, blocks then have this limit. */
const anyGas = 2n ** 64n - 1n
/** Beyond what any gas pays for, and within what every program reads as a number. */
const anyCodeSize = 2n ** 48n

function codeSizeLimitOf({ codeSizeLimit, disableCodeSizeLimit }: DevnetFlags) {
  if (disableCodeSizeLimit) return { codeSizeLimit: anyCodeSize }
  return codeSizeLimit === undefined ? {} : { codeSizeLimit: BigInt(codeSizeLimit) }
}

function ipcPathOf({ ipc, ipcpath }: DevnetFlags): { ipcPath?: string } {
  const path = ipc ?? ipcpath
  if (path === undefined) return {}
  return { ipcPath: path === true ? defaultIpcPath : path }
}

function readHardfork(name: string) {
  try {
    return toHardfork(name)
  } catch (cause) {
    if (!(cause instanceof UnknownHardforkError)) throw cause
    throw new UsageError(cause.shortMessage, {
      ...(cause.remedy && { remedy: cause.remedy }),
      cause,
    })
  }
}

function accountOptions(flags: DevnetFlags) {
  const { derivationPath, accounts } = flags
  return { mnemonic: mnemonicOf(flags), derivationPath, count: accounts }
}

function miningMode(flags: DevnetFlags): MiningMode {
  if (flags.blockTime !== undefined) {
    return { type: flags.mixedMining ? 'mixed' : 'interval', seconds: flags.blockTime }
  }
  if (flags.mixedMining) throw new UsageError('--mixed-mining needs --block-time.')
  return { type: flags.mining ? 'auto' : 'manual' }
}

/** Resolves at the first SIGINT or SIGTERM, or when the process that forked this one is gone. */
function untilSignal(): Promise<void> {
  return new Promise((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve())
    process.once('disconnect', resolve)
  })
}
