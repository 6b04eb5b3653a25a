import { setImmediate } from 'node:timers/promises'
import { Block, type BlockBytes, createBlockFromBytesArray } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { bytesToBigInt, bytesToHex } from '@ethereumjs/util'
import { BaseError } from '@lockstep/precompile'
import type { Ledger } from '../ledger.js'
import type { SealedBlock } from '../node.js'
import { impersonatedSender, withSender } from '../transaction.js'
import { ImportError, InvalidBlockError } from './errors.js'
import { type ExecutedBlock, executeBlock, type HeaderDifference } from './executeBlock.js'
import { type RawBlock, readRlpBlock, readRlpBlocks } from './rlpBlocks.js'
import { verifyBody, verifyHeader } from './verifyHeader.js'

/** Positions in a header. */
const numberField = 8
const timestampField = 11

export interface ImportOptions {
  readonly ledger: Ledger
  readonly isLockstep: boolean
  readonly onBlock: (block: SealedBlock) => Promise<void>
}

/**
 * Appends blocks one after another, each after checking it.
 * @returns how many were appended.
 * @throws ImportError naming the block and what differs; the blocks before it stay.
 */
export async function importChain(file: Uint8Array, options: ImportOptions): Promise<number> {
  const blocks = readRlpBlocks(file)
  let imported = 0
  for (let position = 1; ; position++) {
    let name = `Block ${position} of the file`
    try {
      const next = blocks.next()
      if (next.done) return imported
      name = `Block ${field(next.value, numberField)}`
      const taken = await takeBlock(next.value, options)
      demandNone(taken.differences)
      if (!taken.isKnown) imported++
    } catch (cause) {
      if (!(cause instanceof BaseError)) throw cause
      throw new ImportError(name, cause.shortMessage, imported, { cause })
    }
    await setImmediate()
  }
}

/** Throws for a header that says something else than what came out. @throws InvalidBlockError */
function demandNone(differences: readonly HeaderDifference[]): void {
  if (differences.length === 0) return
  const each = differences.map(
    ({ field, header, executed }) =>
      `its ${field} is ${header}, and executing it gives ${executed}`,
  )
  throw new InvalidBlockError(each.join('; '))
}

/** What became of a block that was to be appended. */
export interface ImportedBlock extends ExecutedBlock {
  /** Whether the chain held it already: then nothing was executed. */
  readonly isKnown: boolean
}

/**
 * Executes one block and appends it, where its header says what came out.
 * @param rlp of the block.
 * @throws ImportError for a block that cannot follow the head; NodeFaultError
 */
export async function importBlock(
  rlp: Uint8Array,
  options: ImportOptions & { readonly keepsTensors?: boolean },
): Promise<ImportedBlock> {
  let name = 'The block'
  try {
    const raw = readRlpBlock(rlp)
    name = `Block ${field(raw, numberField)}`
    return await takeBlock(raw, options)
  } catch (cause) {
    if (!(cause instanceof InvalidBlockError)) throw cause
    throw new ImportError(name, cause.shortMessage, 0, { cause })
  }
}

/**
 * Reads a block that may follow the head, and holds it to nothing that executing it shows.
 * @throws InvalidBlockError
 */
export function readNextBlock(rlp: Uint8Array, { ledger, isLockstep }: ImportOptions): Block {
  const raw = readRlpBlock(rlp)
  const block = decodeBlock(raw, ledger.rulesAfterHead(field(raw, timestampField)))
  demandFollows(block, ledger.chain.head)
  return isLockstep ? withImpersonated(block) : block
}

async function takeBlock(
  raw: RawBlock,
  options: ImportOptions & { readonly keepsTensors?: boolean },
): Promise<ImportedBlock> {
  const { ledger, isLockstep, keepsTensors = false } = options
  const { chain } = ledger
  const number = field(raw, numberField)
  const head = chain.head.block.header
  const known = number <= head.number ? chain.block(number) : undefined
  const rules = known?.block.common ?? ledger.rulesAfterHead(field(raw, timestampField))
  const block = decodeBlock(raw, rules)
  if (known && known.hash === bytesToHex(block.hash())) {
    return { sealed: known, differences: [], tensors: [], isKnown: true }
  }
  demandFollows(block, chain.head)
  verifyHeader(block.header, head, options)
  verifyBody(block, head)
  const ready = isLockstep ? withImpersonated(block) : block
  const view = await ledger.view(chain.stateRoot(chain.head), rules)
  const executed = await executeBlock(view, ready, { isLockstep, keepsTensors })
  if (executed.differences.length === 0) {
    await ledger.append(executed.sealed, view)
    await options.onBlock(executed.sealed)
  }
  return { ...executed, isKnown: false }
}

/** @throws InvalidBlockError */
function demandFollows({ header: { number, parentHash } }: Block, head: SealedBlock): void {
  const next = head.block.header.number + 1n
  if (number !== next) {
    throw new InvalidBlockError(`its number is ${number}, and the next one here is ${next}`)
  }
  if (bytesToHex(parentHash) === head.hash) return
  throw new InvalidBlockError(
    `its parent is ${bytesToHex(parentHash)}, and the head of this chain is ${head.hash}`,
  )
}

function field(raw: RawBlock, index: number): bigint {
  const value = (raw[0] as readonly unknown[])[index]
  if (value instanceof Uint8Array && value.length <= 8) return bytesToBigInt(value)
  throw new InvalidBlockError(`field ${index} of its header is no number of at most 8 bytes`)
}

function decodeBlock(raw: RawBlock, common: Common): Block {
  try {
    return createBlockFromBytesArray(raw as unknown as BlockBytes, { common })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InvalidBlockError(`it is no block by the rules of ${common.hardfork()}: ${reason}`, {
      cause,
    })
  }
}

/** The block with the senders of transactions that nobody signed, which a devnet marks in their signature. */
function withImpersonated(block: Block): Block {
  const transactions = block.transactions.map((tx) => {
    const sender = impersonatedSender(tx)
    return sender ? withSender(tx, sender) : tx
  })
  const { header, uncleHeaders, withdrawals, common } = block
  return new Block(header, transactions, uncleHeaders, withdrawals, { common })
}
