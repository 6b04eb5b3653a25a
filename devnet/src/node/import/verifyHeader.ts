import type { Block, BlockHeader } from '@ethereumjs/block'
import { RLP } from '@ethereumjs/rlp'
import { bytesToHex, equalsBytes } from '@ethereumjs/util'
import { nextBaseFee } from '../fees.js'
import { listRoot } from '../trie/list.js'
import { demandEqual, InvalidBlockError } from './errors.js'

/** What the rules leave to whoever seals a block. */
export interface Leeway {
  /** On a devnet's chain its user sets the base fee and the gas limit of the next block. */
  readonly isLockstep: boolean
}

const maxExtraData = 32

/**
 * Checks what follows from the parent, before anything is executed. Proof of work itself is not checked.
 * @throws InvalidBlockError
 */
export function verifyHeader(header: BlockHeader, parent: BlockHeader, leeway: Leeway): void {
  if (header.timestamp <= parent.timestamp) {
    throw new InvalidBlockError(
      `its timestamp is ${header.timestamp}, not after its parent's, ${parent.timestamp}`,
    )
  }
  if (header.extraData.length > maxExtraData) {
    throw new InvalidBlockError(
      `its extraData has ${header.extraData.length} bytes, more than ${maxExtraData}`,
    )
  }
  verifyDifficulty(header, parent)
  if (!leeway.isLockstep) verifyFees(header, parent)
  if (header.common.isActivatedEIP(4844)) {
    demandEqual('excessBlobGas', header.excessBlobGas, parent.calcNextExcessBlobGas(header.common))
  }
}

function verifyDifficulty(header: BlockHeader, parent: BlockHeader): void {
  const isMined = header.common.consensusType() === 'pow'
  const expected = isMined ? header.ethashCanonicalDifficulty(parent) : 0n
  demandEqual('difficulty', header.difficulty, expected)
}

function verifyFees(header: BlockHeader, parent: BlockHeader): void {
  const { common } = header
  const expected = common.isActivatedEIP(1559) ? nextBaseFee(parent, common) : undefined
  demandEqual('base fee', header.baseFeePerGas, expected)
  try {
    header.validateGasLimit(parent)
  } catch (cause) {
    throw new InvalidBlockError(
      `its gas limit is ${header.gasLimit}, too far from its parent's, ${parent.gasLimit}`,
      { cause },
    )
  }
}

/**
 * Checks that a block holds what its header says.
 * @throws InvalidBlockError
 */
export function verifyBody(block: Block, parent: BlockHeader): void {
  const { header } = block
  const transactions = listRoot(block.transactions.map((tx) => tx.serialize()))
  if (!equalsBytes(transactions, header.transactionsTrie)) {
    throw new InvalidBlockError(
      `its transactions are not those of its transactions root, ${bytesToHex(header.transactionsTrie)}`,
    )
  }
  if (!block.uncleHashIsValid()) {
    throw new InvalidBlockError(
      `its uncles are not those of its uncle hash, ${bytesToHex(header.uncleHash)}`,
    )
  }
  const withdrawals = listRoot((block.withdrawals ?? []).map((entry) => RLP.encode(entry.raw())))
  if (header.withdrawalsRoot && !equalsBytes(withdrawals, header.withdrawalsRoot)) {
    throw new InvalidBlockError(
      `its withdrawals are not those of its withdrawals root, ${bytesToHex(header.withdrawalsRoot)}`,
    )
  }
  try {
    block.validateBlobTransactions(parent)
  } catch (cause) {
    throw new InvalidBlockError(cause instanceof Error ? cause.message : String(cause), { cause })
  }
}
