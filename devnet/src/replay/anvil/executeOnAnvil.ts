import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { bigIntToHex, bytesToHex } from '@ethereumjs/util'
import {
  BaseError,
  type CallResult,
  createInferencePrecompile,
  createWasmEngine,
  type InferencePrecompile,
} from '@lockstep/precompile'
import { createNode } from '../../node/createNode.js'
import type { StateEdits } from '../../node/edits/edits.js'
import type { Hex, MinedTransaction, Node, SealedBlock } from '../../node/node.js'
import { inferenceAddress } from '../../node/registry.js'
import { impersonatedSender } from '../../node/transaction.js'
import type { Bundle } from '../bundles/open.js'
import { BlockChecker } from '../checker.js'
import type { Divergence } from '../compare/divergence.js'
import type { Execution } from '../execute.js'
import { RemoteChain } from '../export/source.js'
import { headerOf } from '../header.js'
import { Reader } from '../reader.js'
import { type Anvil, startAnvil } from './anvil.js'
import { compareStates } from './compareStates.js'
import { type Answer, answeringCode } from './program.js'

/**
 * Executes a bundle here and on a real Anvil, at whose precompile address a contract serves what models answered here,
 * and compares status, gas and logs of every transaction, and in the end every account.
 * @throws AnvilMissingError, AnvilStartError
 */
export async function executeOnAnvil(bundle: Bundle): Promise<Execution> {
  if (bundle.manifest.start || bundle.manifest.fork) throw new AnvilStartError()
  const engine = createWasmEngine()
  const inner = createInferencePrecompile({ store: bundle.models, engine })
  const answers = new Map<string, Answer>()
  const genesis = (await bundle.genesis()) as Record<string, unknown>
  const node = await createNode({
    genesis,
    precompile: listening(inner, answers),
    store: bundle.models,
    accounts: { count: 0 },
    mining: { type: 'manual' },
  })
  let anvil: Anvil | undefined
  try {
    anvil = await startTwin(genesis, node)
    return await new TwinRun(bundle, node, new RemoteChain(anvil.url), answers).execute()
  } finally {
    anvil?.close()
    await node.close()
    await inner.close()
  }
}

/** Thrown for a bundle of a part of a chain: Anvil starts from whole states. */
export class AnvilStartError extends BaseError {
  override readonly name = 'AnvilStartError'

  constructor() {
    super('Anvil cannot start from a part of a state, which is what this bundle holds.', {
      remedy: 'Replay a bundle of the whole chain.',
    })
  }
}

/** The same precompile, that notes what it answers. */
function listening(inner: InferencePrecompile, answers: Map<string, Answer>): InferencePrecompile {
  return {
    ...inner,
    async call(calldata, gasLimit, context) {
      const result = await inner.call(calldata, gasLimit, context)
      note(answers, calldata, result)
      return result
    },
  }
}

function note(answers: Map<string, Answer>, calldata: Uint8Array, result: CallResult): void {
  // Where the gas does not suffice for an answer, it does not suffice on Anvil either.
  if (result.outOfGas) return
  const { returnData, gasUsed, success } = result
  answers.set(bytesToHex(calldata), { calldata: calldata.slice(), returnData, gasUsed, success })
}

async function startTwin(genesis: Record<string, unknown>, node: Node): Promise<Anvil> {
  const folder = await mkdtemp(join(tmpdir(), 'lockstep-anvil-'))
  try {
    const file = join(folder, 'genesis.json')
    const { lockstep: _, ...config } = genesis.config as Record<string, unknown>
    await writeFile(file, JSON.stringify({ ...genesis, config }))
    const { number, timestamp, gasLimit } = node.head.block.header
    return await startAnvil([
      ...['--init', file, '--no-mining', '--order', 'fifo', '--accounts', '1', '--balance', '0'],
      ...['--hardfork', node.common.hardfork(), '--chain-id', String(node.chainId)],
      ...['--number', String(number), '--timestamp', String(timestamp)],
      ...[
        '--gas-limit',
        String(gasLimit),
        '--disable-min-priority-fee',
        '--disable-pool-balance-checks',
      ],
    ])
  } finally {
    await rm(folder, { recursive: true })
  }
}

class TwinRun {
  private readonly counts = { blocks: 0, transactions: 0, inferences: 0 }

  constructor(
    private readonly bundle: Bundle,
    private readonly node: Node,
    private readonly anvil: RemoteChain,
    private readonly answers: Map<string, Answer>,
  ) {}

  async execute(): Promise<Execution> {
    const started = performance.now()
    const divergence = await this.executeBlocks()
    const found = divergence ? { divergence } : await compareStates(this.node, this.anvil)
    return { ...this.counts, ...found, seconds: (performance.now() - started) / 1000 }
  }

  private async executeBlocks(): Promise<Divergence | undefined> {
    const { bundle, node } = this
    const [receipts, edits] = [new Reader(bundle.receipts()), new Reader(bundle.edits())]
    const editAfter = async (number: bigint) => {
      const found = await edits.takeIf(({ after }) => after === number)
      if (!found) return
      await node.applyStateEdits(found.accounts)
      await this.edit(found.accounts)
    }
    try {
      const checker = new BlockChecker(node)
      await editAfter(bundle.manifest.base.number)
      for await (const rlp of bundle.blocks()) {
        const { number, hash } = headerOf(rlp)
        const recorded = await receipts.takeIf(({ blockNumber }) => blockNumber === number)
        this.answers.clear()
        // Inferences are compared by a replay: here their answers are those of this node.
        const checked = await checker.check({ number, hash }, rlp, {
          receipts: recorded?.receipts ?? [],
        })
        if (checked.divergence) return checked.divergence
        const divergence = await this.play(checked.sealed)
        if (divergence) return divergence
        await editAfter(number)
        this.counts.blocks++
      }
      return undefined
    } finally {
      await Promise.all([receipts.close(), edits.close()])
    }
  }

  /** Seals the same block on Anvil, and compares what its transactions did. */
  private async play(sealed: SealedBlock): Promise<Divergence | undefined> {
    const { anvil } = this
    const { header } = sealed.block
    if (this.answers.size > 0) {
      const code = answeringCode([...this.answers.values()])
      await anvil.ask('anvil_setCode', inferenceAddress, bytesToHex(code))
    }
    await anvil.ask('anvil_setCoinbase', header.coinbase.toString())
    await anvil.ask('evm_setBlockGasLimit', bigIntToHex(header.gasLimit))
    await anvil.ask('evm_setNextBlockTimestamp', bigIntToHex(header.timestamp))
    await anvil.ask('anvil_setNextBlockBaseFeePerGas', bigIntToHex(header.baseFeePerGas ?? 0n))
    const hashes: Hex[] = []
    for (const mined of sealed.transactions) hashes.push(await this.send(mined))
    await anvil.ask('evm_mine')
    this.counts.transactions += hashes.length
    this.counts.inferences += sealed.inferences.length
    for (const [index, mined] of sealed.transactions.entries()) {
      const found = await this.compare(mined, hashes[index] as Hex)
      if (!found) continue
      const block = { number: header.number, hash: sealed.hash }
      return { block, transaction: { index, hash: mined.hash }, ...found }
    }
    return undefined
  }

  private async send({ tx, from }: MinedTransaction): Promise<Hex> {
    if (!impersonatedSender(tx)) {
      return this.anvil.ask('eth_sendRawTransaction', bytesToHex(tx.serialize()))
    }
    await this.anvil.ask('anvil_impersonateAccount', from)
    const { to, data, value, nonce, gasLimit } = tx
    const fees =
      'gasPrice' in tx
        ? { gasPrice: bigIntToHex(tx.gasPrice) }
        : {
            maxFeePerGas: bigIntToHex(tx.maxFeePerGas),
            maxPriorityFeePerGas: bigIntToHex(tx.maxPriorityFeePerGas),
          }
    return this.anvil.ask('eth_sendTransaction', {
      from,
      ...(to && { to: to.toString() }),
      data: bytesToHex(data),
      value: bigIntToHex(value),
      nonce: bigIntToHex(nonce),
      gas: bigIntToHex(gasLimit),
      ...fees,
    })
  }

  private async compare(
    { receipt }: MinedTransaction,
    hash: Hex,
  ): Promise<Pick<Divergence, 'what' | 'recorded' | 'executed'> | undefined> {
    const theirs = await this.anvil.ask<AnvilReceipt | null>('eth_getTransactionReceipt', hash)
    const words = (logs: readonly { address: Hex; topics: readonly Hex[]; data: Hex }[]) =>
      logs.map(({ address, topics, data }) => [address, ...topics, data].join(' '))
    const fields: [what: string, ours: string, theirs: string | undefined][] = [
      [
        'status on Anvil',
        String(receipt.status),
        theirs ? String(Number(theirs.status)) : 'not mined',
      ],
      ['gas on Anvil', String(receipt.gasUsed), String(Number(theirs?.gasUsed))],
      ['logs on Anvil', words(receipt.logs).join('\n'), words(theirs?.logs ?? []).join('\n')],
    ]
    const found = fields.find(([, ours, other]) => ours !== other)
    return found && { what: found[0], recorded: found[1], executed: found[2] ?? 'missing' }
  }

  private async edit(accounts: StateEdits): Promise<void> {
    const { anvil } = this
    for (const [address, edit] of Object.entries(accounts)) {
      const { nonce, balance, code, storage = {} } = edit ?? { nonce: 0n, balance: 0n, code: '0x' }
      await anvil.ask('anvil_setNonce', address, bigIntToHex(nonce))
      await anvil.ask('anvil_setBalance', address, bigIntToHex(balance))
      if (code !== undefined) await anvil.ask('anvil_setCode', address, code)
      for (const [slot, value] of Object.entries(storage)) {
        await anvil.ask('anvil_setStorageAt', address, slot, value)
      }
    }
  }
}

interface AnvilReceipt {
  readonly status: Hex
  readonly gasUsed: Hex
  readonly logs: readonly { address: Hex; topics: readonly Hex[]; data: Hex }[]
}
