import type { Block } from '@ethereumjs/block'
import { bigIntToHex } from '@ethereumjs/util'
import { headerJson } from '../json/header.js'
import { transactionJson } from '../json/transaction.js'
import type { MinedTransaction, SealedBlock, TransactionInference } from '../node.js'
import { impersonatedSender } from '../transaction.js'
import type { BlockJson, InferenceJson, MinedJson, SealedJson } from './format.js'

/** A block with its transactions. */
export function sealedJson({ block, transactions }: SealedBlock): SealedJson {
  return {
    header: headerJson(block.header),
    transactions: transactions.map(({ tx, hash, from }) => ({
      transaction: { ...transactionJson(tx, undefined), hash },
      // A signature of ours that names its sender says so itself.
      impersonated_sender: tx.isSigned() || impersonatedSender(tx) ? null : from,
    })),
    ommers: block.uncleHeaders.map(headerJson),
    withdrawals: block.withdrawals?.map((entry) => entry.toJSON()) ?? null,
  }
}

/** What a transaction did. */
export function minedJson(mined: MinedTransaction, sealed: SealedBlock): MinedJson {
  const { tx, hash, from, index, receipt } = mined
  const exit = exitOf(mined)
  return {
    info: {
      transaction_hash: hash,
      transaction_index: index,
      from,
      to: (tx.to?.toString() as MinedJson['info']['to']) ?? null,
      contract_address: receipt.contractAddress,
      traces: [topCall(mined, exit)],
      exit,
      out: receipt.returnData,
      nonce: Number(tx.nonce),
      gas_used: Number(receipt.gasUsed),
    },
    receipt: {
      type: bigIntToHex(BigInt(tx.type)),
      status: receipt.status === 1 ? '0x1' : '0x0',
      cumulativeGasUsed: bigIntToHex(receipt.cumulativeGasUsed),
      logs: receipt.logs.map(({ address, topics, data }) => ({ address, topics, data })),
      logsBloom: receipt.logsBloom,
    },
    block_hash: sealed.hash,
    block_number: Number(sealed.block.header.number),
  }
}

/** How the EVM of Anvil calls the end of a transaction. */
function exitOf({ receipt }: MinedTransaction): string {
  if (receipt.status === 0) return 'Revert'
  return receipt.returnData === '0x' ? 'Stop' : 'Return'
}

/** The call of the transaction itself, which is all of a trace that a receipt tells. */
function topCall({ tx, from, receipt }: MinedTransaction, status: string) {
  return {
    parent: null,
    children: [],
    idx: 0,
    trace: {
      depth: 0,
      success: receipt.status === 1,
      caller: from,
      address: tx.to?.toString() ?? receipt.contractAddress,
      maybe_precompile: null,
      selfdestruct_address: null,
      selfdestruct_refund_target: null,
      selfdestruct_transferred_value: null,
      kind: tx.to ? 'CALL' : 'CREATE',
      value: bigIntToHex(tx.value),
      data: transactionJson(tx, undefined).input,
      output: receipt.returnData,
      gas_used: Number(receipt.gasUsed),
      gas_limit: Number(tx.gasLimit),
      gas_refund_counter: 0,
      status,
      steps: [],
      decoded: null,
    },
    logs: [],
    ordering: [],
  }
}

/** What the head was made with, and the next blocks are. */
export function blockJson({ header }: Block): BlockJson {
  const { excessBlobGas } = header
  return {
    number: bigIntToHex(header.number),
    beneficiary: header.coinbase.toString() as BlockJson['beneficiary'],
    timestamp: bigIntToHex(header.timestamp),
    gas_limit: Number(header.gasLimit),
    basefee: Number(header.baseFeePerGas ?? 0n),
    difficulty: bigIntToHex(header.difficulty),
    prevrandao: headerJson(header).mixHash as BlockJson['prevrandao'],
    blob_excess_gas_and_price:
      excessBlobGas === undefined
        ? null
        : {
            excess_blob_gas: Number(excessBlobGas),
            blob_gasprice: Number(header.getBlobGasPrice()),
          },
    slot_num: 0,
  }
}

export function inferenceJson({ gasUsed, ...rest }: TransactionInference): InferenceJson {
  return { ...rest, gasUsed: bigIntToHex(gasUsed) }
}
