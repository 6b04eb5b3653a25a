import { existsSync } from 'node:fs'
import { createDevnet } from '../../devnet.js'
import { DataDir } from '../../node/storage/dataDir.js'
import { readIdentity } from '../../node/storage/identity.js'
import { ExportError } from './errors.js'

/**
 * Serves the chain of a data folder while something reads it.
 * @param read gets the URL of its JSON-RPC.
 * @throws ExportError where the folder holds no chain of its own; DataDirInUseError, CorruptStoreError
 */
export async function withStoredChain<T>(
  dataDir: string,
  read: (url: string) => Promise<T>,
): Promise<T> {
  const genesis = await storedGenesis(dataDir)
  const devnet = await createDevnet({
    dataDir,
    genesis,
    accounts: { count: 0 },
    mining: { type: 'manual' },
    modelUpload: 'nobody',
    port: 0,
  })
  try {
    return await read(devnet.url)
  } finally {
    await devnet.close()
  }
}

async function storedGenesis(dataDir: string): Promise<Record<string, unknown>> {
  const store = existsSync(dataDir) ? await DataDir.open(dataDir) : undefined
  const identity = store && readIdentity(store)
  await store?.close()
  if (!identity) {
    throw new ExportError(`The folder ${dataDir} holds no chain.`, {
      remedy: 'Name the folder that a node had as --data-dir.',
    })
  }
  if (identity.genesis.fork === undefined) return identity.genesis
  throw new ExportError(`The chain in ${dataDir} is a fork, whose states need the forked chain.`, {
    remedy: 'Start it with its --fork-url, and export it from there with --rpc-url.',
  })
}
