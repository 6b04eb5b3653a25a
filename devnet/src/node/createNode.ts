import {
  BaseError,
  createEngines,
  createInferencePrecompile,
  createMemoryStore,
  type InferencePrecompile,
  type ModelId,
  type ModelStore,
} from '@lockstep/precompile'
import { parseEther, parseGwei } from 'viem'
import { type DevAccount, devAccounts } from './accounts.js'
import { Chain } from './chain.js'
import { Clock } from './clock.js'
import { createCommon } from './common.js'
import { MemoryDatabase } from './database.js'
import { createGenesis, type GenesisOptions, predeploys } from './genesis.js'
import { Ledger } from './ledger.js'
import { LocalNode } from './localNode.js'
import type { Hex, Node } from './node.js'
import type { NodeOptions } from './options.js'

const zeroAddress: Hex = `0x${'00'.repeat(20)}`

/** Starts a chain in this process. Close it when done. */
export async function createNode(options: NodeOptions = {}): Promise<Node> {
  const store = options.store ?? createMemoryStore()
  const precompile = options.precompile ?? createPrecompile(store, options.engine)
  const hardfork = options.hardfork ?? 'prague'
  const common = createCommon({ chainId: options.chainId ?? 31_337, hardfork })
  const wallClock = options.wallClock ?? (() => BigInt(Math.floor(Date.now() / 1000)))
  const accounts = devAccounts(options.accounts)
  const models = await registerModels(options.models ?? [], store, precompile)
  const genesis: GenesisOptions = {
    number: options.genesisNumber ?? 0n,
    timestamp: options.genesisTimestamp ?? wallClock(),
    gasLimit: options.gasLimit ?? 30_000_000n,
    baseFee: options.baseFee ?? parseGwei('1'),
    coinbase: options.coinbase ?? zeroAddress,
    alloc: {
      ...predeploys(common, models),
      ...funded(accounts, options.balance ?? parseEther('10000')),
      ...options.alloc,
    },
  }
  const database = new MemoryDatabase()
  const chain = new Chain(await createGenesis(genesis, common, database))
  const abort = new AbortController()
  const clock = new Clock(wallClock)
  if (options.genesisTimestamp !== undefined) clock.set(options.genesisTimestamp)
  return new LocalNode({
    ledger: new Ledger(chain, database, precompile, abort.signal, common),
    clock,
    accounts,
    precompile,
    models: store,
    hardfork,
    genesis,
    genesisCommon: common,
    settings: {
      gasLimit: genesis.gasLimit,
      coinbase: genesis.coinbase,
      baseFee: undefined,
      prevRandao: undefined,
    },
    mining: options.mining ?? { type: 'auto' },
    order: options.order ?? 'fees',
    maxBlockTransactions: options.maxBlockTransactions ?? 1_000,
    poolCapacity: options.poolCapacity ?? 65_536,
    abort,
    ownsPrecompile: options.precompile === undefined,
  })
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

function funded(accounts: readonly DevAccount[], balance: bigint): GenesisOptions['alloc'] {
  return Object.fromEntries(accounts.map(({ address }) => [address, { balance }]))
}
