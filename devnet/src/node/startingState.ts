import { Block, type BlockHeader, createBlockHeaderFromRLP } from '@ethereumjs/block'
import { RLP } from '@ethereumjs/rlp'
import { bytesToBigInt, bytesToHex } from '@ethereumjs/util'
import { BaseError, keccak } from '@lockstep/precompile'
import { sealedWithoutTransactions } from './chain.js'
import type { Rules } from './common.js'
import type { SealedBlock } from './node.js'
import type { Row } from './storage/store.js'

/** A block in the middle of a chain, and what going on from there takes. */
export interface StartingState {
  /** RLP of the block's header, and of those before it whose hashes are asked for, newest first. */
  readonly headers: readonly Uint8Array[]
  /** Of the state that the next block stands on. */
  readonly stateRoot: Uint8Array
  /** Trie nodes and codes of that state, of which others may be missing. */
  readonly rows: readonly Row[]
}

/** Thrown where the hash of a block is asked for that is before the first, and was not given. */
export class MissingAncestorError extends BaseError {
  override readonly name = 'MissingAncestorError'

  constructor(readonly number: bigint) {
    super(`The header of block ${number} is not here.`, {
      remedy: 'Start from more headers, or from an earlier block.',
    })
  }
}

/** The block that a chain goes on from, of which no more than the header is known. */
export function startingBlock({ headers }: StartingState, rules: Rules): SealedBlock {
  const header = readHeader(headers[0] as Uint8Array, rules)
  const withdrawals = header.common.isActivatedEIP(4895) ? [] : undefined
  const block = new Block(header, [], [], withdrawals, { common: header.common })
  return sealedWithoutTransactions(block)
}

/** Hashes of the blocks before it, for BLOCKHASH. */
export function ancestorsOf({ headers }: StartingState): (number: bigint) => Promise<Uint8Array> {
  const hashes = new Map(headers.map((header) => [numberOf(header), keccak(header)]))
  return async (number) => {
    const hash = hashes.get(number)
    if (!hash) throw new MissingAncestorError(number)
    return hash
  }
}

/** What tells the start of this chain from that of others, as its data folder notes it. */
export function startJson({ headers, stateRoot }: StartingState): Record<string, unknown> {
  return { block: bytesToHex(keccak(headers[0] as Uint8Array)), stateRoot: bytesToHex(stateRoot) }
}

const numberField = 8
const timestampField = 11

function numberOf(header: Uint8Array): bigint {
  return bigintAt(header, numberField)
}

function bigintAt(header: Uint8Array, field: number): bigint {
  const value = (RLP.decode(header) as Uint8Array[])[field]
  return value?.length ? bytesToBigInt(value) : 0n
}

function readHeader(rlp: Uint8Array, rules: Rules): BlockHeader {
  const number = numberOf(rlp)
  const common = rules.at({ number, timestamp: bigintAt(rlp, timestampField), isMerged: true })
  return createBlockHeaderFromRLP(rlp, { common, skipConsensusFormatValidation: true })
}
