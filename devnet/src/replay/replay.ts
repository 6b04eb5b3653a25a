import { fork } from 'node:child_process'
import { once } from 'node:events'
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { BaseError, type EngineName } from '@lockstep/precompile'
import type { BlockReads } from '../node/witness/blockReads.js'
import { AnvilMissingError } from './anvil/anvil.js'
import { executeOnAnvil } from './anvil/executeOnAnvil.js'
import { BundleError, BundleExistsError } from './bundles/errors.js'
import type { BlockPlace } from './bundles/manifest.js'
import { type Bundle, openBundle } from './bundles/open.js'
import { demandFree } from './bundles/write.js'
import { writeAlone, writePrefix } from './minimal.js'
import type { EngineOutcome, ReplayMessage, ReplayOutcome } from './outcome.js'
import { ownConfig } from './runtime.js'

export interface ReplayOptions {
  /** What runs exact models, one replay each. */
  readonly engines: readonly EngineName[]
  /** Another client to execute the blocks, too. Default: none. */
  readonly client?: 'anvil'
  /** Folder to keep unfinished replays in, so that they go on where they were. Default: none. */
  readonly resume?: string
  /** Where to write a bundle that holds no more than what it takes to see a divergence. Default: none is written. */
  readonly minimal?: string
  readonly onProgress?: (engine: EngineName, done: number, total: number) => void
}

/** Thrown for a bundle that a process which was to replay it refused. */
export class BundleRefusedError extends BaseError {
  override readonly name = 'BundleRefusedError'
}

/**
 * Executes a bundle again, on each engine in a process of its own, and compares everything with what was recorded.
 * @throws BundleError
 */
export async function replayBundle(folder: string, options: ReplayOptions): Promise<ReplayOutcome> {
  const bundle = await openBundle(folder, ownConfig)
  const engines: EngineOutcome[] = []
  const reads = new Map<EngineOutcome, BlockReads>()
  // Each keeps all cores busy: one after another.
  for (const engine of options.engines) {
    const replayed = await replayOn(bundle.folder, engine, options)
    engines.push(replayed.outcome)
    if (replayed.reads) reads.set(replayed.outcome, replayed.reads)
  }
  if (options.client === 'anvil') engines.push(await replayOnAnvil(bundle))
  const { base, head } = bundle.manifest
  const blocks = Number(head.number - base.number)
  const outcome: ReplayOutcome = { bundle: bundle.folder, blocks, engines }
  const diverged = firstDivergence(engines)
  if (diverged === undefined || options.minimal === undefined) return outcome
  const minimal = await freeFolder(options.minimal)
  await writeMinimal(bundle, diverged, reads, minimal)
  return { ...outcome, minimal }
}

/** Writes the block that diverged alone, or, where what it reads is not known, everything up to it. */
async function writeMinimal(
  bundle: Bundle,
  { outcome, block }: FoundDivergence,
  reads: ReadonlyMap<EngineOutcome, BlockReads>,
  folder: string,
): Promise<void> {
  const own = reads.get(outcome)
  const isSecond = block.number > bundle.manifest.base.number + 1n
  if (own && isSecond) await writeAlone(bundle, { block, reads: own }, folder)
  else await writePrefix(bundle, block.number, folder)
}

/** The folder, or one with a number after it where something is in its place. */
async function freeFolder(folder: string): Promise<string> {
  for (let number = 1; ; number++) {
    const candidate = number === 1 ? folder : `${folder}-${number}`
    try {
      await demandFree(candidate)
      return candidate
    } catch (error) {
      if (!(error instanceof BundleExistsError)) throw error
    }
  }
}

interface FoundDivergence {
  readonly outcome: EngineOutcome
  readonly block: BlockPlace
}

/** The lowest block on which an engine diverged. */
function firstDivergence(engines: readonly EngineOutcome[]): FoundDivergence | undefined {
  const found = engines.flatMap((outcome): FoundDivergence[] => {
    const { divergence } = 'execution' in outcome ? outcome.execution : {}
    return divergence?.block ? [{ outcome, block: divergence.block }] : []
  })
  return found.sort((a, b) => (a.block.number < b.block.number ? -1 : 1))[0]
}

async function replayOnAnvil(bundle: Bundle): Promise<EngineOutcome> {
  const engine = 'anvil'
  try {
    const execution = await executeOnAnvil(bundle)
    return { engine, status: execution.divergence ? 'diverged' : 'same', execution }
  } catch (error) {
    if (error instanceof BundleError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    const status = error instanceof AnvilMissingError ? 'unavailable' : 'failed'
    return { engine, status, reason }
  }
}

const command = fileURLToPath(new URL('../../bin/lockstep.js', import.meta.url))

async function replayOn(
  folder: string,
  engine: EngineName,
  { resume, onProgress }: ReplayOptions,
): Promise<{ readonly outcome: EngineOutcome; readonly reads?: BlockReads | undefined }> {
  const args = ['replay-here', folder, engine]
  if (resume !== undefined) {
    const dataDir = join(resume, engine)
    await mkdir(dataDir, { recursive: true })
    args.push('--data-dir', dataDir)
  }
  // What JSON does not know, numbers of blocks, travels too.
  const serialization = 'advanced'
  const child = fork(command, args, { serialization, stdio: ['ignore', 'ignore', 'pipe', 'ipc'] })
  let errors = ''
  child.stderr?.on('data', (text) => {
    errors = `${errors}${text}`.slice(-4000)
  })
  let outcome: EngineOutcome | undefined
  let reads: BlockReads | undefined
  let refused: string | undefined
  child.on('message', (message: ReplayMessage) => {
    if (message.type === 'progress') onProgress?.(engine, message.done, message.total)
    else if (message.type === 'reads') reads = message.reads
    else if (message.type === 'outcome') outcome = message.outcome
    else refused = message.message
  })
  const [code, signal] = (await once(child, 'close')) as [number | null, NodeJS.Signals | null]
  if (refused !== undefined) throw new BundleRefusedError(refused)
  if (outcome) return { outcome, reads }
  const end = signal ? `was ended by ${signal}` : `ended with code ${code}`
  const reason = `The process that replayed ${end}. ${errors}`.trim()
  return { outcome: { engine, status: 'failed', reason } }
}
