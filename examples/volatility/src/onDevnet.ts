import { parseArgs } from 'node:util'
import { createDevnet } from '@lockstep/devnet'

/**
 * Runs a demonstration on the node of `--rpc-url` or LOCKSTEP_RPC_URL, else on a devnet of its own, which ends with it.
 * @param options flags of the demonstration besides `--rpc-url`, each with a text
 */
export async function onDevnet<const Name extends string = never>(
  run: (rpcUrl: string, flags: Partial<Record<Name, string>>) => Promise<void>,
  options: readonly Name[] = [],
): Promise<void> {
  const texts = ['rpc-url', ...options].map((name) => [name, { type: 'string' }] as const)
  const { values } = parseArgs({ options: Object.fromEntries(texts) })
  const given = values['rpc-url'] ?? process.env.LOCKSTEP_RPC_URL
  const devnet = given === undefined ? await createDevnet({ port: 0 }) : undefined
  try {
    await run((given ?? devnet?.url) as string, values as Partial<Record<Name, string>>)
  } finally {
    await devnet?.close()
  }
}
