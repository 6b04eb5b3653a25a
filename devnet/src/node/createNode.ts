import {
  BaseError,
  createEngines,
  createFileStore,
  createInferencePrecompile,
  createMemoryStore,
  type InferencePrecompile,
  type ModelId,
  type ModelStore,
} from '@lockstep/precompile'
import { parseGwei } from 'viem'
import { devAccounts } from './accounts.js'
import { Clock } from './clock.js'
import { Rules } from './common.js'
import { StateStore } from './database.js'
import { ForkedStore } from './fork/forkedStore.js'
import { Ledger } from './ledger.js'
import { LocalNode } from './localNode.js'
import type { Node } from './node.js'
import type { Standing } from './openChain.js'
import type { NodeOptions } from './options.js'
import { registrationSlot, registryAddress } from './registry.js'
import { baseOf, type StartSource, startAtFork, startAtGenesis } from './start.js'
import { DataDir } from './storage/dataDir.js'
import type { Store } from './storage/store.js'
import { VolatileStore } from './storage/volatileStore.js'

/**
 * Starts a chain in this process, or goes on with the one of its data folder. Close it when done.
 * @throws GenesisModelError, GenesisFileError; with `fork`, what opening it throws; with `dataDir` DataDirInUseError,
 * DataDirMismatchError, CorruptStoreError, StorageError.
 */
export async function createNode(options: NodeOptions = {}): Promise<Node> {
  const folder = options.dataDir === undefined ? undefined : await DataDir.open(options.dataDir)
  const store = folder ?? new VolatileStore()
  try {
    return await openModels(options, store, folder)
  } catch (error) {
    await store.close()
    throw error
  }
}

async function openModels(
  options: NodeOptions,
  store: Store,
  folder: DataDir | undefined,
): Promise<Node> {
  const own = folder ? createFileStore(folder.modelDirectory) : createMemoryStore()
  const models = new ForkedStore(options.store ?? own)
  const precompile = options.precompile ?? createPrecompile(models, options)
  try {
    const node = await startNode(options, { store, folder, models, precompile })
    if (folder && options.store === undefined) await forgetUnregistered(node)
    return node
  } catch (error) {
    if (!options.precompile) await precompile.close()
    throw error
  }
}

interface Parts {
  readonly store: Store
  readonly folder: DataDir | undefined
  readonly models: ForkedStore
  readonly precompile: InferencePrecompile
}

async function startNode(
  options: NodeOptions,
  { store, folder, models, precompile }: Parts,
): Promise<Node> {
  const clock = new Clock(options.wallClock ?? (() => BigInt(Math.floor(Date.now() / 1000))))
  const source: StartSource = {
    options,
    accounts: devAccounts(options.accounts),
    models: await registerModels(options.models ?? [], models, precompile),
    inference: precompile,
    clock,
    store,
    folder,
  }
  const start = options.fork
    ? await startAtFork(source, options.fork)
    : await startAtGenesis(source)
  models.fork = start.fork
  const { chainId, gasLimit, coinbase, clock: time } = start.position
  clock.resume(time)
  const rules = new Rules({ ...start.rules.schedule, chainId })
  const standing: Standing = { clock, settings: { ...start.settings, gasLimit, coinbase } }
  const abort = new AbortController()
  const node = new LocalNode({
    ledger: new Ledger(baseOf(start), new StateStore(store), abort.signal, standing, rules),
    source,
    start,
    standing,
    precompile,
    models,
    mining: options.mining ?? { type: 'auto' },
    order: options.order ?? 'fees',
    preExecutes: options.preExecution ?? true,
    waivers: new Set(options.waivers),
    suggestedTip: options.suggestedTip ?? parseGwei('1'),
    slotsPerEpoch: BigInt(options.slotsPerEpoch ?? 32),
    maxBlockTransactions: options.maxBlockTransactions ?? 1_000,
    poolCapacity: options.poolCapacity ?? 65_536,
    abort,
    ownsPrecompile: options.precompile === undefined,
  })
  // What every block reads is then here, and mining goes on without the forked chain.
  if (start.fork) {
    await node.beginBlock()
    await node.block('pending')
  }
  await node.resumePool()
  return node
}

/** Thrown when a model that is to be registered in genesis is refused. */
export class GenesisModelError extends BaseError {
  override readonly name = 'GenesisModelError'
}

/** Deletes models of the data folder that nobody registered before the node ended. */
async function forgetUnregistered(node: Node): Promise<void> {
  const state = await node.state('latest')
  for (const { id } of await node.models.list()) {
    const mark = await state.storage(registryAddress, registrationSlot(id))
    if (BigInt(mark) === 0n) await node.models.delete(id)
  }
}

function createPrecompile(
  store: ModelStore,
  { engine = 'auto', remote }: NodeOptions,
): InferencePrecompile {
  const engines = typeof engine === 'string' ? createEngines({ engine }) : engine
  return createInferencePrecompile({ store, engine: engines, ...(remote && { remote }) })
}

async function registerModels(
  models: readonly Uint8Array[],
  store: ModelStore,
  precompile: InferencePrecompile,
): Promise<ModelId[]> {
  const ids: ModelId[] = []
  for (const [index, bytes] of models.entries()) {
    const id = await store.put(bytes)
    try {
      await precompile.model(id)
    } catch (cause) {
      await store.delete(id)
      const reason = cause instanceof Error ? cause.message : String(cause)
      throw new GenesisModelError(`Model ${index} of genesis, ${id}, is refused: ${reason}`, {
        cause,
      })
    }
    ids.push(id)
  }
  return ids
}
