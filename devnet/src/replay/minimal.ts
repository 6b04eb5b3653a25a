import type { BlockReads } from '../node/witness/blockReads.js'
import { StateCollector } from './bundles/collectState.js'
import type { RecordedEdits } from './bundles/lines.js'
import type { BlockPlace } from './bundles/manifest.js'
import type { Bundle } from './bundles/open.js'
import { BundleWriter, type ChainFacts, type RecordedBlock } from './bundles/write.js'
import { headerOf } from './header.js'
import { Reader } from './reader.js'

/**
 * Writes a bundle of one block of another one, with what it reads of the state before it.
 * @param reads of the block.
 * @throws BundleExistsError
 */
export async function writeAlone(
  bundle: Bundle,
  { block, reads }: { readonly block: BlockPlace; readonly reads: BlockReads },
  folder: string,
): Promise<void> {
  await writePart(bundle, folder, async (writer) => {
    const state = new StateCollector()
    state.add(reads)
    for await (const recorded of recordedBlocks(bundle)) {
      const { number, hash, parentHash } = headerOf(recorded.block)
      if (number !== block.number) continue
      const base = { number: number - 1n, hash: parentHash }
      const { file, start } = state.under(base, reads.stateRoot)
      await writer.writeState(file)
      await writer.addBlock(recorded)
      return { base, start, head: { number, hash } }
    }
    throw new RangeError(`The bundle holds no block ${block.number}.`)
  })
}

/**
 * Writes a bundle that ends with a block of another one, and holds the models that were called until then.
 * @throws BundleExistsError
 */
export async function writePrefix(bundle: Bundle, last: bigint, folder: string): Promise<void> {
  await writePart(bundle, folder, async (writer) => {
    const { base, start, fork } = bundle.manifest
    const [state, forked] = [await bundle.start(), await bundle.fork()]
    if (forked) await writer.writeFork(forked)
    if (state) await writer.writeState(state.file)
    else await writer.addEdits(await editsOfBase(bundle))
    let head = base
    for await (const block of recordedBlocks(bundle)) {
      await writer.addBlock(block)
      const { number, hash } = headerOf(block.block)
      head = { number, hash }
      if (number >= last) break
    }
    return { base, ...(start && { start }), ...(fork && { fork }), head }
  })
}

/** Writes a bundle of blocks of another one, with its genesis and its models. */
async function writePart(
  bundle: Bundle,
  folder: string,
  write: (writer: BundleWriter) => Promise<Pick<ChainFacts, 'base' | 'start' | 'fork' | 'head'>>,
): Promise<void> {
  const writer = await BundleWriter.create(folder)
  try {
    await writer.writeGenesis(await bundle.genesis())
    const places = await write(writer)
    for (const id of bundle.modelIds) {
      const bytes = await bundle.models.get(id)
      if (bytes) await writer.addModel(id, bytes)
    }
    const { lockstep, chainId } = bundle.manifest
    await writer.finish({ lockstep, chainId, ...places })
  } catch (error) {
    await writer.abandon()
    throw error
  }
}

/** What was done to the state that the first block stands on. */
async function editsOfBase(bundle: Bundle): Promise<RecordedEdits> {
  const after = bundle.manifest.base.number
  const edits = new Reader(bundle.edits())
  const found = await edits.takeIf((next) => next.after === after)
  await edits.close()
  return found ?? { after, accounts: {} }
}

/** The blocks of a bundle with what was recorded of each. */
async function* recordedBlocks(bundle: Bundle): AsyncGenerator<RecordedBlock> {
  const [receipts, inferences, edits] = [
    new Reader(bundle.receipts()),
    new Reader(bundle.inferences()),
    new Reader(bundle.edits()),
  ]
  const editsAfter = async (number: bigint) =>
    (await edits.takeIf(({ after }) => after === number)) ?? { after: number, accounts: {} }
  try {
    await editsAfter(bundle.manifest.base.number)
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
