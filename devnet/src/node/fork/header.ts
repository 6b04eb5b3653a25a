import { Block, createBlockHeader } from '@ethereumjs/block'
import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { createCommon } from '../common.js'
import { hardforkOf, headerData, type Json } from '../json/header.js'
import type { Hex } from '../node.js'
import { isHash, isQuantity } from './decode.js'
import { RemoteAnswerError } from './errors.js'
import type { Remote } from './remote.js'

/** A block of the forked chain: its header under the hash that it has there, without what it holds. */
export interface RemoteBlock {
  readonly hash: Hex
  readonly block: Block
}

const METHOD = 'eth_getBlockByNumber'

/**
 * The block that a remote describes.
 * @throws RemoteAnswerError when that is no block.
 */
export function readRemoteBlock(
  remote: Pick<Remote, 'host'>,
  answer: unknown,
  chainId: number,
): RemoteBlock {
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
