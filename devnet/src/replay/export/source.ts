import { concatBytes, hexToBytes } from '@ethereumjs/util'
import type { InferenceTensors, RuntimeId, Tensor } from '@lockstep/precompile'
import { HttpRequestError, http, type Transport } from 'viem'
import type { Fields } from '../../node/fields.js'
import type { RecordedAccount } from '../../node/fork/recordedState.js'
import type { Hex, TransactionInference } from '../../node/node.js'
import type { BlockReads, ForkedReads } from '../../node/witness/blockReads.js'
import { type RecordedInference, readAccounts, readForkedAccount } from '../bundles/lines.js'
import type { BlockPlace } from '../bundles/manifest.js'
import type { RecordedBlock } from '../bundles/write.js'
import { headerOf } from '../header.js'
import { ChainMovedError, ChainUnreachableError } from './errors.js'

/** Bytes of a model that are asked for at a time. */
const chunkBytes = 2 ** 20

/** A chain behind JSON-RPC. */
export class RemoteChain {
  private readonly client: ReturnType<Transport>

  constructor(readonly url: string) {
    // Blocks may hold many inferences, each of which the node makes again to tell of it.
    this.client = http(url, { retryCount: 0, timeout: 600_000 })({})
  }

  /** Where the node is; the rest of its URL may hold a key. */
  get host(): string {
    return URL.canParse(this.url) ? new URL(this.url).host : 'the given URL'
  }

  /** @throws ChainUnreachableError, and what the node answers with */
  async ask<T>(method: string, ...params: unknown[]): Promise<T> {
    try {
      return (await this.client.request({ method, params })) as T
    } catch (error) {
      throw error instanceof HttpRequestError ? new ChainUnreachableError(this.url, error) : error
    }
  }

  genesis(): Promise<Record<string, unknown>> {
    return this.ask('lockstep_genesis')
  }

  runtime(): Promise<{ readonly runtime: RuntimeId; readonly schedule: string }> {
    return this.ask('lockstep_runtime')
  }

  /** The block under a name; undefined where there is none. */
  async place(block: Hex | bigint | 'latest' | 'earliest'): Promise<BlockPlace | undefined> {
    const found = await this.ask<{ number: Hex; hash: Hex } | null>(
      'eth_getBlockByNumber',
      typeof block === 'bigint' ? toHex(block) : block,
      false,
    )
    return found ? { number: BigInt(found.number), hash: found.hash } : undefined
  }

  /** The file of a model; undefined where the node does not have it. */
  async model(id: Hex): Promise<Uint8Array | undefined> {
    const parts: Uint8Array[] = []
    for (let offset = 0; ; offset += chunkBytes) {
      const part = await this.ask<Hex | null>('lockstep_getModelBytes', id, offset, chunkBytes)
      if (part === null) return undefined
      parts.push(hexToBytes(part))
      if ((parts.at(-1)?.length ?? 0) < chunkBytes) return concatBytes(...parts)
    }
  }

  /** The models that the registry lists after a block. */
  registered({ number }: BlockPlace): Promise<{ readonly id: Hex }[]> {
    return this.ask('lockstep_models', toHex(number))
  }

  /** How the state after a block was changed without a block. @throws ChainMovedError */
  edits(block: BlockPlace): Promise<RecordedBlock['edits']> {
    return this.standing(block, async () => {
      const accounts = await this.ask('lockstep_getStateEdits', block.hash)
      return { after: block.number, accounts: readAccounts(accounts) }
    })
  }

  /** What going on with a block reads of the state before it. @throws ChainMovedError, and what the node answers with */
  reads(block: BlockPlace): Promise<BlockReads> {
    return this.standing(block, async () => {
      const { forked, ...reads } = await this.ask<BlockReadsJson>(
        'lockstep_getBlockReads',
        block.hash,
      )
      return { ...reads, ...(forked && { forked: readForkedJson(forked) }) }
    })
  }

  /** A block as the node describes it, without its transactions. */
  async header({ hash }: BlockPlace): Promise<Fields> {
    const block = await this.ask<Fields>('eth_getBlockByHash', hash, false)
    const { transactions: _, uncles: __, withdrawals: ___, ...header } = block
    return header
  }

  /** Trie nodes by which a forked chain's node proves an account of it; undefined where it gives none. */
  async forkProof({ address, storage }: RecordedAccount): Promise<Hex[] | undefined> {
    try {
      const slots = Object.keys(storage)
      const proof = await this.ask<ForkProofJson>('lockstep_getForkProof', address, slots)
      return [
        ...new Set([...proof.accountProof, ...proof.storageProof.flatMap((one) => one.proof)]),
      ]
    } catch (error) {
      if (error instanceof ChainUnreachableError) throw error
      return undefined
    }
  }

  /** The block after another, with what it did. @throws ChainMovedError where none follows that one any more. */
  async blockAfter({ number, hash }: BlockPlace): Promise<RecordedBlock & BlockPlace> {
    const place = await this.place(number + 1n)
    if (!place) throw new ChainMovedError(number + 1n)
    const recorded = await this.standing(place, () => this.block(place))
    if (headerOf(recorded.block).parentHash !== hash) throw new ChainMovedError(place.number)
    return { ...place, ...recorded }
  }

  /** Whether the chain has this block. */
  async has({ number, hash }: BlockPlace): Promise<boolean> {
    return (await this.place(number))?.hash === hash
  }

  private async block({ number, hash }: BlockPlace): Promise<RecordedBlock> {
    const [raw, receipts, inferences, accounts] = await Promise.all([
      this.ask<Hex>('debug_getRawBlock', hash),
      this.ask<Hex[]>('debug_getRawReceipts', hash),
      this.ask<InferenceJson[] | null>('lockstep_getInferences', hash, true),
      this.ask('lockstep_getStateEdits', hash),
    ])
    if (!inferences) throw new ChainMovedError(number)
    return {
      block: hexToBytes(raw),
      receipts: { blockNumber: number, receipts },
      inferences: inferences.map(readInferenceJson),
      edits: { after: number, accounts: readAccounts(accounts) },
    }
  }

  /** Reads of a block. What fails because the chain has it no more fails as that. */
  private async standing<T>(block: BlockPlace, read: () => Promise<T>): Promise<T> {
    try {
      return await read()
    } catch (error) {
      if (error instanceof ChainUnreachableError || (await this.has(block))) throw error
      throw new ChainMovedError(block.number)
    }
  }
}

function toHex(number: bigint): Hex {
  return `0x${number.toString(16)}`
}

type TensorJson = Pick<Tensor, 'dtype' | 'shape'> & { readonly data: Hex }
type InferenceJson = Pick<
  TransactionInference,
  'model' | 'method' | 'inputHash' | 'outputHash' | 'success' | 'caller'
> & {
  readonly [K in 'gasUsed' | 'transactionIndex' | 'callIndex' | 'depth' | 'blockNumber']: Hex
} & {
  readonly transactionHash: Hex
  readonly inputs: TensorJson[]
  readonly outputs: TensorJson[] | null
}

function readInferenceJson(json: InferenceJson): RecordedInference {
  const { model, method, inputHash, outputHash, success, caller, transactionHash } = json
  const tensors: InferenceTensors = {
    inputs: json.inputs.map(readTensorJson),
    ...(json.outputs && { outputs: json.outputs.map(readTensorJson) }),
  }
  return {
    blockNumber: BigInt(json.blockNumber),
    transactionHash,
    transactionIndex: Number(json.transactionIndex),
    callIndex: Number(json.callIndex),
    depth: Number(json.depth),
    caller,
    model,
    method,
    inputHash,
    outputHash,
    gasUsed: BigInt(json.gasUsed),
    success,
    ...tensors,
  }
}

function readTensorJson({ dtype, shape, data }: TensorJson): Tensor {
  return { dtype, shape, data: hexToBytes(data) }
}

interface ForkedJson {
  readonly accounts: readonly Fields[]
  readonly hashes: readonly (readonly [number: Hex, hash: Hex])[]
}
type BlockReadsJson = Omit<BlockReads, 'forked'> & { readonly forked?: ForkedJson }
interface ForkProofJson {
  readonly accountProof: readonly Hex[]
  readonly storageProof: readonly { readonly proof: readonly Hex[] }[]
}

function readForkedJson({ accounts, hashes }: ForkedJson): ForkedReads {
  return {
    accounts: accounts.map(readForkedAccount),
    hashes: hashes.map(([number, hash]) => [BigInt(number), hash]),
  }
}
