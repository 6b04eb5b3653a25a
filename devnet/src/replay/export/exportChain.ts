import type { LockstepConfig } from '../../node/genesis.js'
import type { Hex } from '../../node/node.js'
import type { Manifest } from '../bundles/manifest.js'
import { BundleWriter } from '../bundles/write.js'
import { ChainMovedError } from './errors.js'
import { type RangeOptions, rangeOf } from './range.js'
import { registeredIn } from './registrations.js'
import { RemoteChain } from './source.js'

export interface ExportOptions extends RangeOptions {
  /** Told after each block. */
  readonly onBlock?: (done: number, total: number) => void
}

/**
 * Writes a bundle of the chain of a node, from its genesis to its head, or of a part of it with the state before that.
 * @param url of the node's JSON-RPC.
 * @param folder that the bundle becomes.
 * @throws BundleExistsError, ExportError; nothing is left behind.
 */
export async function exportChain(
  url: string,
  folder: string,
  { onBlock, ...range }: ExportOptions = {},
): Promise<Manifest> {
  const chain = new RemoteChain(url)
  const writer = await BundleWriter.create(folder)
  try {
    const genesis = await chain.genesis()
    const { base, head, state, fork } = await rangeOf(chain, genesis, range)
    await writer.writeGenesis(genesis)
    if (fork) await writer.writeFork(fork.file)
    if (state) await writer.writeState(state.file)
    else await writer.addEdits(await chain.edits(base))
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
    return await writer.finish({
      lockstep,
      chainId,
      base,
      ...(state && { start: state.start }),
      ...(fork && { fork: fork.facts }),
      head,
    })
  } catch (error) {
    await writer.abandon()
    throw error
  }
}
