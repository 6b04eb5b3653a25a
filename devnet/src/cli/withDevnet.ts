import type { Command } from 'commander'
import type { Devnet } from '../devnet.js'
import { integer } from './flag.js'
import { addForkOptions, type ForkFlags, toForkOptions } from './forkFlags.js'
import { readModelFolder } from './modelFile.js'

/** Where commands and Solidity tests look for the devnet. */
export const rpcUrlVariable = 'LOCKSTEP_RPC_URL'

/** The flags of a chain that lives as long as another command, parsed. */
export interface CompanionFlags extends ForkFlags {
  readonly port: number
  readonly models?: string
}

/** Adds the flags of a chain that lives as long as another command. */
export function addCompanionOptions(command: Command): Command {
  return addForkOptions(
    command
      .option('--models <dir>', 'register every .onnx file of this folder in genesis')
      .option('-p, --port <port>', 'port of the devnet; default a free one', integer(0, 65_535), 0),
  )
}

/** Runs something beside a devnet of its own, which ends with it. */
export async function withDevnet<T>(
  flags: CompanionFlags,
  use: (devnet: Devnet) => Promise<T>,
): Promise<T> {
  // Commands that start no chain start faster without loading one.
  const { createDevnet } = await import('../devnet.js')
  const models = flags.models === undefined ? [] : await readModelFolder(flags.models)
  const fork = toForkOptions(flags)
  const devnet = await createDevnet({
    ...(fork && { fork }),
    models: models.map(({ bytes }) => bytes),
    port: flags.port,
  })
  try {
    return await use(devnet)
  } finally {
    await devnet.close()
  }
}
