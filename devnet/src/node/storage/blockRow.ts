import { Block, createBlockFromRLP } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { RLP } from '@ethereumjs/rlp'
import type { TypedTransaction } from '@ethereumjs/tx'
import {
  bigIntToUnpaddedBytes,
  bytesToBigInt,
  bytesToHex,
  bytesToInt,
  bytesToUtf8,
  createAddressFromString,
  hexToBytes,
  utf8ToBytes,
} from '@ethereumjs/util'
import type {
  Hex,
  Log,
  MinedTransaction,
  Receipt,
  SealedBlock,
  TransactionInference,
} from '../node.js'
import { withSender } from '../transaction.js'

/** Rules by chain id and hardfork. */
export type RulesOf = (chainId: number, hardfork: string) => Common

type Field = Uint8Array
type Fields = readonly Field[]
type Item = Uint8Array | Item[]

/** A block as it is stored: what its RLP leaves out beside it. */
export function encodeBlock(sealed: SealedBlock): Uint8Array {
  const { block, transactions, inferences } = sealed
  return RLP.encode([
    bytes(sealed.hash),
    quantity(block.common.chainId()),
    utf8ToBytes(block.common.hardfork()),
    block.serialize(),
    transactions.map(encodeTransaction),
    inferences.map(encodeInference),
  ])
}

/** The block of a row. Its parts are decoded when they are first asked for. */
export function decodeBlock(row: Uint8Array, rulesOf: RulesOf): SealedBlock {
  return new StoredBlock(row, rulesOf)
}

class StoredBlock implements SealedBlock {
  readonly hash: Hex
  private readonly fields: readonly [Field, Field, Field, Field, readonly Item[], readonly Fields[]]
  private decodedBlock: Block | undefined
  private decodedTransactions: readonly MinedTransaction[] | undefined
  private decodedInferences: readonly TransactionInference[] | undefined

  constructor(
    row: Uint8Array,
    private readonly rulesOf: RulesOf,
  ) {
    this.fields = RLP.decode(row) as never
    this.hash = bytesToHex(this.fields[0])
  }

  get block(): Block {
    this.decodedBlock ??= this.decodeBlock()
    return this.decodedBlock
  }

  get transactions(): readonly MinedTransaction[] {
    this.decodedTransactions ??= decodeTransactions(this.fields[4], () => this.block)
    return this.decodedTransactions
  }

  get inferences(): readonly TransactionInference[] {
    this.decodedInferences ??= this.fields[5].map(decodeInference)
    return this.decodedInferences
  }

  /** The block, whose transactions know their senders: those of impersonated ones follow from no signature. */
  private decodeBlock(): Block {
    const [, chainId, hardfork, rlp] = this.fields
    const common = this.rulesOf(bytesToInt(chainId), bytesToUtf8(hardfork))
    const { header, transactions, uncleHeaders, withdrawals } = createBlockFromRLP(rlp, {
      common,
      skipConsensusFormatValidation: true,
    })
    const senders = this.transactions.map(({ from }) => createAddressFromString(from))
    const sent = transactions.map((tx, index) => {
      const sender = senders[index]
      return sender ? withSender(tx, sender) : tx
    })
    return new Block(header, sent, uncleHeaders, withdrawals, {
      common,
      skipConsensusFormatValidation: true,
    })
  }
}

function encodeTransaction({ hash, from, receipt }: MinedTransaction): Item {
  return [
    bytes(hash),
    bytes(from),
    quantity(BigInt(receipt.status)),
    quantity(receipt.gasUsed),
    quantity(receipt.cumulativeGasUsed),
    quantity(receipt.effectiveGasPrice),
    quantity(receipt.blobGasUsed ?? 0n),
    quantity(receipt.blobGasPrice ?? 0n),
    receipt.logs.length === 0 ? new Uint8Array() : bytes(receipt.logsBloom),
    bytes(receipt.contractAddress ?? '0x'),
    bytes(receipt.returnData),
    receipt.logs.map(({ address, topics, data }) => [
      bytes(address),
      topics.map(bytes),
      bytes(data),
    ]),
  ]
}

const emptyBloom: Hex = `0x${'00'.repeat(256)}`

function decodeTransactions(items: readonly Item[], block: () => Block): MinedTransaction[] {
  let logIndex = 0
  return items.map((item, index) => {
    const fields = item as Fields
    const logs = decodeLogs(fields[11] as never, index, logIndex)
    logIndex += logs.length
    return {
      hash: hex(fields[0]),
      from: hex(fields[1]),
      index,
      receipt: decodeReceipt(fields, logs),
      get tx() {
        return block().transactions[index] as TypedTransaction
      },
    }
  })
}

function decodeReceipt(fields: Fields, logs: readonly Log[]): Receipt {
  const blobGasUsed = number(fields[6])
  return {
    status: number(fields[2]) === 1n ? 1 : 0,
    gasUsed: number(fields[3]),
    cumulativeGasUsed: number(fields[4]),
    effectiveGasPrice: number(fields[5]),
    // Every transaction with blobs has at least one.
    ...(blobGasUsed > 0n && { blobGasUsed, blobGasPrice: number(fields[7]) }),
    logsBloom: logs.length === 0 ? emptyBloom : hex(fields[8]),
    logs,
    contractAddress: fields[9]?.length === 0 ? null : hex(fields[9]),
    returnData: hex(fields[10]),
  }
}

function decodeLogs(
  logs: readonly [Field, Fields, Field][],
  transactionIndex: number,
  firstLogIndex: number,
): Log[] {
  return logs.map(([address, topics, data], index) => ({
    address: hex(address),
    topics: topics.map(hex),
    data: hex(data),
    logIndex: firstLogIndex + index,
    transactionIndex,
  }))
}

const methods = ['infer', 'inferTensors'] as const

function encodeInference(inference: TransactionInference): Item {
  return [
    bytes(inference.model),
    quantity(BigInt(methods.indexOf(inference.method))),
    bytes(inference.inputHash),
    bytes(inference.outputHash),
    quantity(inference.gasUsed),
    quantity(inference.success ? 1n : 0n),
    quantity(BigInt(inference.transactionIndex)),
    quantity(BigInt(inference.callIndex)),
    quantity(BigInt(inference.depth)),
    bytes(inference.caller),
  ]
}

function decodeInference(fields: Fields): TransactionInference {
  return {
    model: hex(fields[0]),
    method: methods[integer(fields[1])] ?? 'infer',
    inputHash: hex(fields[2]),
    outputHash: hex(fields[3]),
    gasUsed: number(fields[4]),
    success: integer(fields[5]) === 1,
    transactionIndex: integer(fields[6]),
    callIndex: integer(fields[7]),
    depth: integer(fields[8]),
    caller: hex(fields[9]),
  }
}

function bytes(value: Hex): Uint8Array {
  return hexToBytes(value)
}

function quantity(value: bigint): Uint8Array {
  return value === 0n ? new Uint8Array() : bigIntToUnpaddedBytes(value)
}

function hex(field: Field | undefined): Hex {
  return bytesToHex(field ?? new Uint8Array())
}

function number(field: Field | undefined): bigint {
  return field === undefined || field.length === 0 ? 0n : bytesToBigInt(field)
}

function integer(field: Field | undefined): number {
  return field === undefined || field.length === 0 ? 0 : bytesToInt(field)
}
