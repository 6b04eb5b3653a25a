import { concatBytes, hexToBytes } from '@ethereumjs/util'
import type { InferenceTensors, RuntimeId, Tensor } from '@lockstep/precompile'
import { http, type Transport } from 'viem'
import type { Hex, TransactionInference } from '../../node/node.js'
import { type RecordedInference, readAccounts } from '../bundles/lines.js'
import type { BlockPlace } from '../bundles/manifest.js'
import type { RecordedBlock } from '../bundles/write.js'
import { headerOf } from '../header.js'
import { ExportError } from './errors.js'

/** Bytes of a model that are asked for at a time. */
const chunkBytes = 2 ** 20

/** A chain behind JSON-RPC. */
export class RemoteChain {
  private readonly client: ReturnType<Transport>

  constructor(readonly url: string) {
    // Blocks may hold many inferences, each of which the node makes again to tell of it.
    this.client = http(url, { retryCount: 0, timeout: 600_000 })({})
  }

  ask<T>(method: string, ...params: unknown[]): Promise<T> {
    return this.client.request({ method, params }) as Promise<T>
  }

  genesis(): Promise<Record<string, unknown>> {
    return this.ask('lockstep_genesis')
  }

  runtime(): Promise<{ readonly runtime: RuntimeId; readonly schedule: string }> {
    return this.ask('lockstep_runtime')
  }

  /** The block under a name; undefined where there is none. */
  async place(block: Hex | 'latest' | 'earliest'): Promise<BlockPlace | undefined> {
    const found = await this.ask<{ number: Hex; hash: Hex } | null>(
      'eth_getBlockByNumber',
      block,
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

  /** How the state after a block was changed without a block. */
  async edits(number: bigint): Promise<RecordedBlock['edits']> {
    const accounts = await this.ask('lockstep_getStateEdits', toHex(number))
    return { after: number, accounts: readAccounts(accounts) }
  }

  /** A block with what it did. @throws ExportError where it is not the one that follows `parent`. */
  async block(number: bigint, parent: Hex): Promise<RecordedBlock & { readonly hash: Hex }> {
    const name = toHex(number)
    const [raw, receipts, inferences, edits] = await Promise.all([
      this.ask<Hex>('debug_getRawBlock', name),
      this.ask<Hex[]>('debug_getRawReceipts', name),
      this.ask<InferenceJson[]>('lockstep_getInferences', name, true),
      this.edits(number),
    ])
    const block = hexToBytes(raw)
    const { hash, parentHash } = headerOf(block)
    if (parentHash !== parent) throw new ChainMovedError(number)
    return {
      hash,
      block,
      receipts: { blockNumber: number, receipts },
      inferences: inferences.map(readInferenceJson),
      edits,
    }
  }
}

/** The chain was unwound while it was read. */
export class ChainMovedError extends ExportError {
  constructor(readonly block: bigint) {
    super(`The chain was reorganised at block ${block} while it was read.`, {
      remedy: 'Try again once nothing unwinds it.',
    })
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
