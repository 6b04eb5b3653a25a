import { Block, createBlockHeader, type HeaderData } from '@ethereumjs/block'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { createCommon, type Hardfork } from '../common.js'
import type { Hex } from '../node.js'
import { isBytes, isHash, isQuantity } from './decode.js'
import { RemoteAnswerError } from './errors.js'
import type { Remote } from './remote.js'

/** A block of the forked chain: its header under the hash that it has there, without what it holds. */
export interface RemoteBlock {
  readonly hash: Hex
  readonly block: Block
}

type Json = Readonly<Record<string, unknown>>

const METHOD = 'eth_getBlockByNumber'

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

/**
 * The block that a remote describes.
 * @throws RemoteAnswerError when that is no block.
 */
export function readRemoteBlock(remote: Remote, answer: unknown, chainId: number): RemoteBlock {
  const json = answer as Json | null
  if (!json || !isHash(json.hash) || !isQuantity(json.number) || !isQuantity(json.timestamp)) {
    throw new RemoteAnswerError(remote.host, METHOD, 'a block')
  }
  const common = createCommon({ chainId, hardfork: hardforkOf(json) })
  try {
    const options = { common, freeze: false, skipConsensusFormatValidation: true }
    const header = createBlockHeader(headerData(json), options)
    // Some chains' headers have fields that no Ethereum header has. What names a block is the hash that it has there.
    if (bytesToHex(header.hash()) !== json.hash) {
      const hash = hexToBytes(json.hash)
      header.hash = () => hash
    }
    const withdrawals = common.isActivatedEIP(4895) ? [] : undefined
    return {
      hash: json.hash,
      block: new Block(header, [], [], withdrawals, { common, freeze: false }),
    }
  } catch (cause) {
    throw new RemoteAnswerError(remote.host, METHOD, 'a block of London or later', cause)
  }
}

/** Hash of the block that a remote describes. @throws RemoteAnswerError */
export function readHash(remote: Remote, answer: unknown): Hex {
  const { hash } = answer as Json
  if (!isHash(hash)) throw new RemoteAnswerError(remote.host, METHOD, 'a block')
  return hash
}

function headerData(json: Json): HeaderData {
  const known = Object.entries(fields).flatMap(([name, field]) => {
    const value = json[name]
    return isBytes(value) || isQuantity(value) ? [[field, value] as const] : []
  })
  return Object.fromEntries(known) as HeaderData
}

/** The earliest rules under which a header has these fields. */
function hardforkOf(json: Json): Hardfork {
  if (json.requestsHash) return 'prague'
  if (json.parentBeaconBlockRoot) return 'cancun'
  if (json.withdrawalsRoot) return 'shanghai'
  return isQuantity(json.difficulty) && BigInt(json.difficulty) > 0n ? 'london' : 'paris'
}
