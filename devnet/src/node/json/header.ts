import type { BlockHeader, HeaderData } from '@ethereumjs/block'
import { bigIntToHex, bytesToHex } from '@ethereumjs/util'
import type { Hardfork } from '../common.js'
import { isBytes, isQuantity } from '../fork/decode.js'
import type { Hex } from '../node.js'

export type Json = Readonly<Record<string, unknown>>

/** Fields of a header in JSON-RPC, and those of EthereumJS. */
const fields: Readonly<Record<string, keyof HeaderData>> = {
  parentHash: 'parentHash',
  sha3Uncles: 'uncleHash',
  miner: 'coinbase',
  stateRoot: 'stateRoot',
  transactionsRoot: 'transactionsTrie',
  receiptsRoot: 'receiptTrie',
  logsBloom: 'logsBloom',
  difficulty: 'difficulty',
  number: 'number',
  gasLimit: 'gasLimit',
  gasUsed: 'gasUsed',
  timestamp: 'timestamp',
  extraData: 'extraData',
  mixHash: 'mixHash',
  nonce: 'nonce',
  baseFeePerGas: 'baseFeePerGas',
  withdrawalsRoot: 'withdrawalsRoot',
  blobGasUsed: 'blobGasUsed',
  excessBlobGas: 'excessBlobGas',
  parentBeaconBlockRoot: 'parentBeaconBlockRoot',
  requestsHash: 'requestsHash',
}

/** What a header may say in JSON. */
export const headerFieldNames = Object.keys(fields)

/** A header in the JSON that clients and state files share. */
export function headerJson(header: BlockHeader) {
  return {
    parentHash: bytesToHex(header.parentHash),
    sha3Uncles: bytesToHex(header.uncleHash),
    miner: header.coinbase.toString() as Hex,
    stateRoot: bytesToHex(header.stateRoot),
    transactionsRoot: bytesToHex(header.transactionsTrie),
    receiptsRoot: bytesToHex(header.receiptTrie),
    logsBloom: bytesToHex(header.logsBloom),
    difficulty: bigIntToHex(header.difficulty),
    number: bigIntToHex(header.number),
    gasLimit: bigIntToHex(header.gasLimit),
    gasUsed: bigIntToHex(header.gasUsed),
    timestamp: bigIntToHex(header.timestamp),
    extraData: bytesToHex(header.extraData),
    mixHash: bytesToHex(header.mixHash),
    nonce: bytesToHex(header.nonce),
    ...forkFieldsOf(header),
  }
}

/** Each belongs to the hardfork that brought it; older chains do not show it. */
function forkFieldsOf(header: BlockHeader) {
  const { baseFeePerGas, withdrawalsRoot, blobGasUsed, excessBlobGas } = header
  const { parentBeaconBlockRoot, requestsHash } = header
  return {
    ...(baseFeePerGas === undefined ? {} : { baseFeePerGas: bigIntToHex(baseFeePerGas) }),
    ...(withdrawalsRoot && { withdrawalsRoot: bytesToHex(withdrawalsRoot) }),
    ...(blobGasUsed === undefined ? {} : { blobGasUsed: bigIntToHex(blobGasUsed) }),
    ...(excessBlobGas === undefined ? {} : { excessBlobGas: bigIntToHex(excessBlobGas) }),
    ...(parentBeaconBlockRoot && { parentBeaconBlockRoot: bytesToHex(parentBeaconBlockRoot) }),
    ...(requestsHash && { requestsHash: bytesToHex(requestsHash) }),
  }
}

/** The fields that the library makes a header of. What is no header's is left out. */
export function headerData(json: Json): HeaderData {
  const known = Object.entries(fields).flatMap(([name, field]) => {
    const value = json[name]
    return isBytes(value) || isQuantity(value) ? [[field, value] as const] : []
  })
  return Object.fromEntries(known) as HeaderData
}

/** The earliest rules under which a header has these fields. */
export function hardforkOf(json: Json): Hardfork {
  if (json.requestsHash) return 'prague'
  if (json.parentBeaconBlockRoot) return 'cancun'
  if (json.withdrawalsRoot) return 'shanghai'
  return isQuantity(json.difficulty) && BigInt(json.difficulty) > 0n ? 'london' : 'paris'
}
