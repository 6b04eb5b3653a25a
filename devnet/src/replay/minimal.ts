import type { Hex } from '../node/node.js'
import type { Bundle } from './bundles/open.js'
import { BundleWriter, type RecordedBlock } from './bundles/write.js'
import { headerOf } from './header.js'
import { Reader } from './reader.js'

/**
 * Writes a bundle that ends with a block of another one, and holds the models that were called until then.
 * @throws BundleExistsError
 */
export async function writePrefix(bundle: Bundle, last: bigint, folder: string): Promise<void> {
  const writer = await BundleWriter.create(folder)
  try {
    const models = new Set<Hex>(bundle.modelIds)
    let head = bundle.manifest.base
    await writer.writeGenesis(await bundle.genesis())
    for await (const block of recordedBlocks(bundle, writer)) {
      await writer.addBlock(block)
      const { number, hash } = headerOf(block.block)
      head = { number, hash }
      if (number >= last) break
    }
    for (const id of models) {
      const bytes = await bundle.models.get(id)
      if (bytes) await writer.addModel(id, bytes)
    }
    const { lockstep, chainId, base } = bundle.manifest
    await writer.finish({ lockstep, chainId, base, head })
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

/** The blocks of a bundle with what was recorded of each. What was done before the first is written at once. */
async function* recordedBlocks(
  bundle: Bundle,
  writer: BundleWriter,
): AsyncGenerator<RecordedBlock> {
  const [receipts, inferences, edits] = [
    new Reader(bundle.receipts()),
    new Reader(bundle.inferences()),
    new Reader(bundle.edits()),
  ]
  const editsAfter = async (number: bigint) =>
    (await edits.takeIf(({ after }) => after === number)) ?? { after: number, accounts: {} }
  try {
    await writer.addEdits(await editsAfter(bundle.manifest.base.number))
    for await (const block of bundle.blocks()) {
      const { number } = headerOf(block)
      const isOfBlock = ({ blockNumber }: { readonly blockNumber: bigint }) =>
        blockNumber === number
      const own: RecordedBlock['inferences'][number][] = []
      for (;;) {
        const next = await inferences.takeIf(isOfBlock)
        if (!next) break
        own.push(next)
      }
      yield {
        block,
        receipts: (await receipts.takeIf(isOfBlock)) ?? { blockNumber: number, receipts: [] },
        inferences: own,
        edits: await editsAfter(number),
      }
    }
  } finally {
    await Promise.all([receipts.close(), inferences.close(), edits.close()])
  }
}
