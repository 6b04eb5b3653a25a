import { bytesToHex } from '@ethereumjs/util'
import { settleAll, settleBlock } from '../admission.js'
import type { Chain } from '../chain.js'
import { applyEdits } from '../edits/apply.js'
import type { StateEdits } from '../edits/edits.js'
import { BlockNotFoundError } from '../errors.js'
import {
  type ImportedBlock,
  type ImportOptions,
  importBlock,
  importChain,
  readNextBlock,
} from '../import/importChain.js'
import type { BlockId, Hex } from '../node.js'
import { isRegistered } from '../registry.js'
import { baseOf } from '../start.js'
import { type DumpOptions, dumpState } from '../stateFile/dump.js'
import type { StateFile } from '../stateFile/format.js'
import { type LoadedChain, loadState, settingsAfter } from '../stateFile/load.js'
import { mentionedModels } from '../stateFile/models.js'
import { readState as readStateFile } from '../stateFile/read.js'
import type { BlockRules } from '../stateFile/readBlocks.js'
import { type BlockReads, readsOfNext } from '../witness/blockReads.js'
import { WitnessUnavailableError } from '../witness/witness.js'
import type { NodeCore } from './core.js'

/** Blocks and states that come from elsewhere, or go there. */
export class Exchange {
  /** Models that loaded states name. */
  private readonly loadedModels = new Set<Hex>()

  constructor(private readonly core: NodeCore) {}

  importChain(rlp: Uint8Array): Promise<number> {
    return this.core.queue.run(() => importChain(rlp, this.importOptions()))
  }

  importBlock(rlp: Uint8Array): Promise<ImportedBlock> {
    return this.core.queue.run(() =>
      importBlock(rlp, { ...this.importOptions(), keepsTensors: true }),
    )
  }

  readsOfNext(rlp: Uint8Array): Promise<BlockReads> {
    const options = this.importOptions()
    return this.core.queue.run(async () => {
      // What differs from a forked chain is kept in tries that hang on no header.
      if (options.ledger.forked) throw new WitnessUnavailableError()
      const block = readNextBlock(rlp, options)
      return readsOfNext(options.ledger, block, options.isLockstep)
    })
  }

  async stateEdits(id: BlockId): Promise<StateEdits> {
    const sealed = await this.core.block(id)
    if (!sealed) throw new BlockNotFoundError(id)
    return this.core.parts.ledger.editsAfter(sealed)
  }

  applyStateEdits(edits: StateEdits): Promise<Hex> {
    return this.core.queue.run(async () => {
      const { ledger } = this.core.parts
      await ledger.change((state) => applyEdits(state, edits))
      return bytesToHex(ledger.chain.stateRoot(ledger.chain.head))
    })
  }

  dumpState(options: DumpOptions = {}): Promise<StateFile> {
    return this.core.queue.run(async () => {
      const { ledger } = this.core.parts
      const isFork = this.core.fork !== undefined
      const models = await this.knownModels()
      const accounts = ledger.accountReader()
      const { chain } = ledger
      return dumpState({ chain, accounts, settings: this.core.settings, isFork, models }, options)
    })
  }

  loadState(file: unknown): Promise<readonly Hex[]> {
    return this.core.queue.run(async () => {
      const { ledger } = this.core.parts
      const state = readStateFile(file)
      const { chain, loaded } = await ledger.restore((open) =>
        loadState(state, {
          chain: ledger.chain,
          rules: this.blockRules(),
          forkHeight: this.core.fork?.base.block.header.number,
          firstRoot:
            this.core.start.source.root ?? this.core.start.source.genesis.block.header.stateRoot,
          open,
        }),
      )
      await this.goOn(chain, loaded)
      for (const id of state.models) this.loadedModels.add(id)
      const missing = await Promise.all(
        state.models.map(async (id) => ((await this.core.parts.models.has(id)) ? [] : [id])),
      )
      return missing.flat()
    })
  }

  private importOptions(): ImportOptions {
    const { ledger, standing } = this.core.parts
    return {
      ledger,
      isLockstep: this.core.start.inference !== undefined,
      onBlock: async (block) => {
        const { timestamp, gasLimit } = block.block.header
        standing.clock.set(timestamp)
        this.core.settings.gasLimit = gasLimit
        await settleBlock(ledger, this.core.pool, block)
        this.core.announce(block)
      },
    }
  }

  /** Goes on with a chain that was loaded. */
  private async goOn(chain: Chain, loaded: LoadedChain): Promise<void> {
    const { ledger, standing } = this.core.parts
    const before = ledger.chain
    const removed = before.above(before.genesis.block.header.number)
    this.core.start = { ...this.core.start, chain }
    ledger.rebase(baseOf(this.core.start))
    Object.assign(this.core.settings, settingsAfter(this.core.settings, loaded))
    standing.clock.set(this.core.head.block.header.timestamp)
    this.core.snapshots.clear()
    await settleAll(ledger, this.core.pool)
    const gone = removed.filter(({ hash }) => chain.block({ hash }) === undefined)
    if (gone.length > 0) this.core.announceRemoved(gone)
  }

  private blockRules(): BlockRules {
    const { ledger } = this.core.parts
    const { schedule } = ledger.rules
    const names = new Set(schedule.forks.map(({ name }) => name))
    return {
      chainId: schedule.chainId,
      of: (chainId, hardfork) =>
        names.has(hardfork) ? this.core.start.source.rulesOf(chainId, hardfork) : undefined,
      at: (number, timestamp) => ledger.rules.at({ number, timestamp, isMerged: true }).hardfork(),
    }
  }

  /** Models that the registry lists after the head. */
  private async knownModels(): Promise<Hex[]> {
    const { chain } = this.core.parts.ledger
    const stored = await this.core.parts.models.list()
    const blocks = chain.above(chain.genesis.block.header.number - 1n)
    const mentioned = mentionedModels(blocks, [...this.loadedModels, ...stored.map(({ id }) => id)])
    const state = (await this.core.standOn('latest')).read()
    const known: Hex[] = []
    for (const id of mentioned) if (await isRegistered(state, id)) known.push(id)
    return known
  }
}
