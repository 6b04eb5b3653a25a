import { createNode } from '../../node/createNode.js'
import type { LockstepConfig } from '../../node/genesis.js'
import type { Hex } from '../../node/node.js'
import type { BlockPlace, Manifest } from '../bundles/manifest.js'
import { BundleWriter } from '../bundles/write.js'
import { ChainMovedError, ExportError } from './errors.js'
import { registeredIn } from './registrations.js'
import { RemoteChain } from './source.js'

export interface ExportOptions {
  /** Told after each block. */
  readonly onBlock?: (done: number, total: number) => void
}

/**
 * Writes a bundle of the chain of a node, from its genesis to its head.
 * @param url of the node's JSON-RPC.
 * @param folder that the bundle becomes.
 * @throws BundleExistsError, ExportError; nothing is left behind.
 */
export async function exportChain(
  url: string,
  folder: string,
  { onBlock }: ExportOptions = {},
): Promise<Manifest> {
  const chain = new RemoteChain(url)
  const writer = await BundleWriter.create(folder)
  try {
    const genesis = await chain.genesis()
    const [base, head] = await Promise.all([chain.place('earliest'), chain.place('latest')])
    if (!base || !head) throw new ExportError(`The node at ${url} has no blocks.`)
    await demandGenesis(genesis, base)
    await writer.writeGenesis(genesis)
    await writer.addEdits(await chain.edits(base))
    const models = new Set<Hex>()
    const total = Number(head.number - base.number)
    let last = base
    while (last.number < head.number) {
      const block = await chain.blockAfter(last)
      await writer.addBlock(block)
      for (const { model } of block.inferences) models.add(model)
      for (const model of registeredIn(block.block)) models.add(model)
      last = { number: block.number, hash: block.hash }
      onBlock?.(Number(last.number - base.number), total)
    }
    if (last.hash !== head.hash) throw new ChainMovedError(head.number)
    const config = genesis.config as { lockstep?: LockstepConfig; chainId: number }
    if (config.lockstep) {
      for (const { id } of await chain.registered(head)) models.add(id)
    }
    for (const id of models) {
      const bytes = await chain.model(id)
      if (bytes) await writer.addModel(id, bytes)
    }
    const { lockstep, chainId } = config
    return await writer.finish({ lockstep, chainId, base, head })
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

/** A chain that goes on from another one cannot start again from what its genesis says. @throws ExportError */
async function demandGenesis(genesis: Record<string, unknown>, base: BlockPlace): Promise<void> {
  const node = await createNode({ genesis, accounts: { count: 0 }, mining: { type: 'manual' } })
  const { hash } = node.head
  await node.close()
  if (hash === base.hash) return
  throw new ExportError(
    `The chain starts with block ${base.number} ${base.hash}, which its genesis does not make.`,
    {
      remedy:
        'Chains that fork another one, or were loaded from a state file, are not exported yet.',
    },
  )
}
