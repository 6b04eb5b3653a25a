import { Block, type BlockHeader, createBlockHeader } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import type { TypedTransaction } from '@ethereumjs/tx'
import { bytesToHex, createAddressFromString, createWithdrawal } from '@ethereumjs/util'
import { fieldReaders, isGiven } from '../fields.js'
import { isBytes, isQuantity } from '../fork/decode.js'
import { hardforkOf, headerData, headerFieldNames } from '../json/header.js'
import { transactionOfJson } from '../json/transaction.js'
import type { Hex, Log, MinedTransaction, SealedBlock, TransactionInference } from '../node.js'
import { blobGas, effectiveTip, withSender } from '../transaction.js'
import { StateFileError } from './errors.js'
import { positionKey, type ReadInfo, type ReadState } from './read.js'

const { object, list, integer, quantity, bytes } = fieldReaders(
  (place, expected, value) => new StateFileError(place, expected, value),
)

/** The rules of the chain that blocks are read for. */
export interface BlockRules {
  readonly chainId: number
  /** Rules by chain id and hardfork. Undefined for a hardfork that the chain does not have. */
  of(chainId: number, hardfork: string): Common | undefined
  /** The hardfork that the chain has at a block. */
  at(number: bigint, timestamp: bigint): string
}

/**
 * The blocks of a state that lead to its head, oldest first; none where the state holds no blocks.
 * @param best height of the head.
 * @throws StateFileError
 */
export function readBlocks(state: ReadState, best: bigint, rules: BlockRules): SealedBlock[] {
  const byHash = new Map<Hex, { header: BlockHeader; index: number }>()
  const heights = new Set<bigint>()
  let head: Hex | undefined
  for (const [index, entry] of state.blocks.entries()) {
    const place = `blocks[${index}]`
    const header = readHeader(`${place}.header`, object(place, entry).header, entry, rules)
    const hash = bytesToHex(header.hash())
    byHash.set(hash, { header, index })
    heights.add(header.number)
    // Of several at a height the last is the one that Anvil goes on from.
    if (header.number === best) head = hash
  }
  if (state.blocks.length === 0) return []
  if (!head) throw new StateFileError('blocks', `a list with block ${best}, the head`, [])
  const path: SealedBlock[] = []
  for (let at = byHash.get(head); at; at = byHash.get(bytesToHex(at.header.parentHash))) {
    path.push(readBlock(`blocks[${at.index}]`, state, at.header, state.blocks[at.index]))
    const { number, parentHash } = at.header
    if (!heights.has(number - 1n) || byHash.has(bytesToHex(parentHash))) continue
    const expected = `one whose parent is in the list at height ${number - 1n}`
    throw new StateFileError(`blocks[${at.index}].header`, expected, bytesToHex(parentHash))
  }
  return path.reverse()
}

function readHeader(place: string, value: unknown, entry: unknown, rules: BlockRules): BlockHeader {
  const json = object(place, value)
  for (const name of headerFieldNames) {
    if (isGiven(json[name])) bytesOrQuantity(`${place}.${name}`, json[name])
  }
  const number = quantity(`${place}.number`, json.number)
  const chainId = chainIdOf(object(place, entry).transactions) ?? rules.chainId
  const common = commonOf(place, json, number, chainId, rules)
  try {
    return createBlockHeader(headerData(json), {
      common,
      freeze: false,
      skipConsensusFormatValidation: true,
    })
  } catch (cause) {
    throw new StateFileError(place, 'a header of London or later', reason(cause), { cause })
  }
}

/** The rules of the chain at this block where they have the fields that it has, or else the oldest that do. */
function commonOf(
  place: string,
  json: Readonly<Record<string, unknown>>,
  number: bigint,
  chainId: number,
  rules: BlockRules,
): Common {
  const own = rules.of(chainId, rules.at(number, quantity(`${place}.timestamp`, json.timestamp)))
  if (own && hasFieldsOf(own, json)) return own
  const hardfork = hardforkOf(json)
  const common = rules.of(chainId, hardfork)
  if (common) return common
  throw new StateFileError(
    place,
    `of a hardfork that this chain has; start with --hardfork ${hardfork}`,
    hardfork,
  )
}

function hasFieldsOf(common: Common, json: Readonly<Record<string, unknown>>): boolean {
  const fields = {
    1559: 'baseFeePerGas',
    4895: 'withdrawalsRoot',
    4844: 'excessBlobGas',
    7685: 'requestsHash',
  }
  return Object.entries(fields).every(
    ([eip, name]) => common.isActivatedEIP(Number(eip)) === isGiven(json[name]),
  )
}

/** The chain that transactions of a block are signed for. */
function chainIdOf(transactions: unknown): number | undefined {
  if (!Array.isArray(transactions)) return undefined
  for (const entry of transactions) {
    const chainId = transactionOf(entry)?.chainId
    if (typeof chainId === 'string' && /^0x[0-9a-f]{1,13}$/i.test(chainId)) return Number(chainId)
  }
  return undefined
}

/** The transaction of an entry: older versions of Anvil write nothing around it. */
function transactionOf(entry: unknown): Readonly<Record<string, unknown>> | undefined {
  if (typeof entry !== 'object' || entry === null) return undefined
  const wrapped = (entry as { transaction?: unknown }).transaction
  return (typeof wrapped === 'object' && wrapped !== null ? wrapped : entry) as never
}

function readBlock(
  place: string,
  state: ReadState,
  header: BlockHeader,
  value: unknown,
): SealedBlock {
  const { common } = header
  const fields = object(place, value)
  const hash = bytesToHex(header.hash())
  const read = list(`${place}.transactions`, fields.transactions ?? []).map((entry, index) =>
    readMined(
      `${place}.transactions[${index}]`,
      entry,
      state.transactions.get(positionKey(hash, index)),
      common,
    ),
  )
  const withdrawals = isGiven(fields.withdrawals)
    ? list(`${place}.withdrawals`, fields.withdrawals).map((entry, index) =>
        readWithdrawal(`${place}.withdrawals[${index}]`, entry),
      )
    : []
  const block = new Block(
    header,
    read.map(({ tx }) => tx),
    [],
    common.isActivatedEIP(4895) ? withdrawals : undefined,
    { common, skipConsensusFormatValidation: true },
  )
  return {
    hash,
    block,
    transactions: finish(read, header),
    inferences: readInferences(state, hash),
  }
}

function readWithdrawal(place: string, value: unknown) {
  const { index, validatorIndex, address, amount } = object(place, value)
  return createWithdrawal({
    index: quantity(`${place}.index`, index),
    validatorIndex: quantity(`${place}.validatorIndex`, validatorIndex),
    address: bytes(`${place}.address`, address, 20),
    amount: quantity(`${place}.amount`, amount),
  })
}

interface ReadMined {
  readonly tx: TypedTransaction
  readonly info: ReadInfo
}

function readMined(
  place: string,
  entry: unknown,
  info: ReadInfo | undefined,
  common: Common,
): ReadMined {
  if (!info) throw new StateFileError(place, 'listed in transactions, with its receipt', 'nothing')
  const json = object(place, transactionOf(entry))
  const tx = readTransaction(place, json, common)
  // The hash of a transaction that nobody signed is the other node's own.
  const isSigned = !isGiven(object(place, entry).impersonated_sender)
  if (isSigned && info.hash !== bytesToHex(tx.hash())) {
    const expected = `${bytesToHex(tx.hash())}, that of ${place}`
    throw new StateFileError(`${info.place}.info.transaction_hash`, expected, info.hash)
  }
  return { tx: withSender(tx, createAddressFromString(info.from)), info }
}

function readTransaction(
  place: string,
  json: Readonly<Record<string, unknown>>,
  common: Common,
): TypedTransaction {
  try {
    return transactionOfJson(json, common)
  } catch (cause) {
    throw new StateFileError(place, 'a transaction', reason(cause), { cause })
  }
}

/** Numbers the logs of a block, and adds what follows from its header. */
function finish(read: readonly ReadMined[], header: BlockHeader): MinedTransaction[] {
  const baseFee = header.baseFeePerGas ?? 0n
  let logIndex = 0
  return read.map(({ tx, info }, index) => {
    const logs = info.logs.map(
      (log): Log => ({ ...log, transactionIndex: index, logIndex: logIndex++ }),
    )
    const blobs = blobGas(tx)
    return {
      hash: info.hash,
      tx,
      from: info.from,
      index,
      receipt: {
        status: info.status,
        gasUsed: info.gasUsed,
        cumulativeGasUsed: info.cumulativeGasUsed,
        effectiveGasPrice: baseFee + effectiveTip(tx, baseFee),
        ...(blobs > 0n && { blobGasUsed: blobs, blobGasPrice: header.getBlobGasPrice() }),
        logsBloom: info.logsBloom,
        logs,
        contractAddress: info.contractAddress,
        returnData: info.returnData,
      },
    }
  })
}

function readInferences(state: ReadState, hash: Hex): TransactionInference[] {
  const place = `lockstep.inferences[${hash}]`
  return (state.inferences.get(hash) ?? []).map((entry, position) => {
    const at = `${place}[${position}]`
    const fields = object(at, entry)
    const small = (name: string) => Number(integer(`${at}.${name}`, fields[name], 32))
    return {
      model: bytes(`${at}.model`, fields.model, 32),
      method: fields.method === 'inferTensors' ? 'inferTensors' : 'infer',
      inputHash: bytes(`${at}.inputHash`, fields.inputHash, 32),
      outputHash: bytes(`${at}.outputHash`, fields.outputHash, 32),
      gasUsed: quantity(`${at}.gasUsed`, fields.gasUsed),
      success: fields.success === true,
      transactionIndex: small('transactionIndex'),
      callIndex: small('callIndex'),
      depth: small('depth'),
      caller: bytes(`${at}.caller`, fields.caller, 20),
    }
  })
}

function bytesOrQuantity(place: string, value: unknown): void {
  if (!isBytes(value) && !isQuantity(value)) throw new StateFileError(place, 'hex', value)
}

function reason(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause)
}
