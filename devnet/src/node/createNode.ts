import {
  BaseError,
  createEngines,
  createInferencePrecompile,
  createMemoryStore,
  type InferencePrecompile,
  type ModelId,
  type ModelStore,
} from '@lockstep/precompile'
import { devAccounts } from './accounts.js'
import { Clock } from './clock.js'
import { MemoryDatabase } from './database.js'
import { ForkedStore } from './fork/forkedStore.js'
import { Ledger } from './ledger.js'
import { LocalNode } from './localNode.js'
import type { Node } from './node.js'
import type { NodeOptions } from './options.js'
import { baseOf, type StartSource, startAtFork, startAtGenesis } from './start.js'

/**
 * Starts a chain in this process. Close it when done.
 * @throws GenesisModelError, GenesisFileError; with `fork`, what opening it throws.
 */
export async function createNode(options: NodeOptions = {}): Promise<Node> {
  const store = new ForkedStore(options.store ?? createMemoryStore())
  const precompile = options.precompile ?? createPrecompile(store, options.engine)
  try {
    return await startNode(options, store, precompile)
  } catch (error) {
    if (!options.precompile) await precompile.close()
    throw error
  }
}

async function startNode(
  options: NodeOptions,
  store: ForkedStore,
  precompile: InferencePrecompile,
): Promise<Node> {
  const wallClock = options.wallClock ?? (() => BigInt(Math.floor(Date.now() / 1000)))
  const source: StartSource = {
    options,
    accounts: devAccounts(options.accounts),
    models: await registerModels(options.models ?? [], store, precompile),
    inference: precompile,
    genesisTimestamp: options.genesisTimestamp ?? wallClock(),
    database: new MemoryDatabase(),
  }
  const start = options.fork
    ? await startAtFork(source, options.fork)
    : await startAtGenesis(source)
  store.fork = start.fork
  const abort = new AbortController()
  const clock = new Clock(wallClock)
  const hasOwnTime = options.genesisTimestamp ?? options.genesis ?? start.fork
  if (hasOwnTime !== undefined) clock.set(start.genesis.timestamp)
  const node = new LocalNode({
    ledger: new Ledger(baseOf(start), source.database, abort.signal, clock, start.rules),
    source,
    start,
    clock,
    precompile,
    models: store,
    mining: options.mining ?? { type: 'auto' },
    order: options.order ?? 'fees',
    maxBlockTransactions: options.maxBlockTransactions ?? 1_000,
    poolCapacity: options.poolCapacity ?? 65_536,
    abort,
    ownsPrecompile: options.precompile === undefined,
  })
  // What every block reads is then here, and mining goes on without the forked chain.
  if (start.fork) await node.block('pending')
  return node
}

/** Thrown when a model that is to be registered in genesis is refused. */
export class GenesisModelError extends BaseError {
  override readonly name = 'GenesisModelError'
}

function createPrecompile(
  store: ModelStore,
  engine: NodeOptions['engine'] = 'auto',
): InferencePrecompile {
  const engines = typeof engine === 'string' ? createEngines({ engine }) : engine
  return createInferencePrecompile({ store, engine: engines })
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
