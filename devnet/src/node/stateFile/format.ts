import type { headerJson } from '../json/header.js'
import type { transactionJson } from '../json/transaction.js'
import type { Hex, TransactionInference } from '../node.js'
import type { Bytecode } from './bytecode.js'

/**
 * A chain as Anvil writes it, in the words of its version 1.7.1. What is ours alone stands under `lockstep`, which Anvil
 * passes over.
 */
export interface StateFile {
  /** What the head was made with. */
  readonly block: BlockJson
  /** After the head. */
  readonly accounts: Readonly<Record<Hex, AccountJson>>
  readonly best_block_number: number
  readonly blocks: readonly SealedJson[]
  readonly transactions: readonly MinedJson[]
  /** States after older blocks, by the hash of the block; null where they are left out. */
  readonly historical_states: readonly (readonly [Hex, HistoricalJson])[] | null
  readonly lockstep: LockstepJson
}

export interface BlockJson {
  readonly number: Hex
  readonly beneficiary: Hex
  readonly timestamp: Hex
  readonly gas_limit: number
  readonly basefee: number
  readonly difficulty: Hex
  readonly prevrandao: Hex
  readonly blob_excess_gas_and_price: {
    readonly excess_blob_gas: number
    readonly blob_gasprice: number
  } | null
  readonly slot_num: number
}

export interface AccountJson {
  readonly nonce: number
  readonly balance: Hex
  readonly code: Hex
  readonly storage: Readonly<Record<Hex, Hex>>
}

export interface SealedJson {
  readonly header: ReturnType<typeof headerJson>
  readonly transactions: readonly {
    readonly transaction: ReturnType<typeof transactionJson> & { readonly hash: Hex }
    readonly impersonated_sender: Hex | null
  }[]
  readonly ommers: readonly ReturnType<typeof headerJson>[]
  readonly withdrawals: readonly unknown[] | null
}

export interface MinedJson {
  readonly info: {
    readonly transaction_hash: Hex
    readonly transaction_index: number
    readonly from: Hex
    readonly to: Hex | null
    readonly contract_address: Hex | null
    readonly traces: readonly unknown[]
    readonly exit: string
    readonly out: Hex
    readonly nonce: number
    readonly gas_used: number
  }
  readonly receipt: {
    readonly type: Hex
    readonly status: Hex
    readonly cumulativeGasUsed: Hex
    readonly logs: readonly LogJson[]
    readonly logsBloom: Hex
  }
  readonly block_hash: Hex
  readonly block_number: number
}

export interface LogJson {
  readonly address: Hex
  readonly topics: readonly Hex[]
  readonly data: Hex
}

/** A state in the words of Anvil's EVM. */
export interface HistoricalJson {
  readonly accounts: Readonly<
    Record<Hex, { balance: Hex; nonce: number; code_hash: Hex; code: Bytecode }>
  >
  readonly storage: Readonly<Record<Hex, Readonly<Record<Hex, Hex>>>>
  readonly block_hashes: Readonly<Record<Hex, Hex>>
}

export interface LockstepJson {
  readonly version: 1
  /** Models that the chain knows, by id. Their files lie elsewhere. */
  readonly models: readonly Hex[]
  /** Inferences that blocks commit to, by the hash of the block. */
  readonly inferences: Readonly<Record<Hex, readonly InferenceJson[]>>
}

export type InferenceJson = Omit<TransactionInference, 'gasUsed'> & { readonly gasUsed: Hex }
