import { setImmediate } from 'node:timers/promises'
import { Block, type BlockBytes, createBlockFromBytesArray } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import { bytesToBigInt, bytesToHex } from '@ethereumjs/util'
import { BaseError } from '@lockstep/precompile'
import type { Ledger } from '../ledger.js'
import type { SealedBlock } from '../node.js'
import { impersonatedSender, withSender } from '../transaction.js'
import { ImportError, InvalidBlockError } from './errors.js'
import { executeBlock } from './executeBlock.js'
import { type RawBlock, readRlpBlocks } from './rlpBlocks.js'
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
      if (await importBlock(next.value, options)) imported++
    } catch (cause) {
      if (!(cause instanceof BaseError)) throw cause
      throw new ImportError(name, cause.shortMessage, imported, { cause })
    }
    await setImmediate()
  }
}

/** False for a block that the chain holds already. */
async function importBlock(raw: RawBlock, options: ImportOptions): Promise<boolean> {
  const { ledger, isLockstep } = options
  const { chain } = ledger
  const number = field(raw, numberField)
  const head = chain.head.block.header
  const known = number <= head.number ? chain.block(number) : undefined
  const rules = known?.block.common ?? ledger.rulesAfterHead(field(raw, timestampField))
  const block = decodeBlock(raw, rules)
  if (known?.hash === bytesToHex(block.hash())) return false
  if (number !== head.number + 1n) {
    throw new InvalidBlockError(
      `its number is ${number}, and the next one here is ${head.number + 1n}`,
    )
  }
  if (bytesToHex(block.header.parentHash) !== chain.head.hash) {
    throw new InvalidBlockError(
      `its parent is ${bytesToHex(block.header.parentHash)}, and the head of this chain is ${chain.head.hash}`,
    )
  }
  verifyHeader(block.header, head, options)
  await verifyBody(block, head)
  const ready = isLockstep ? withImpersonated(block) : block
  const view = await ledger.view(chain.stateRoot(chain.head), rules)
  const sealed = await executeBlock(view, ready, isLockstep)
  await ledger.append(sealed, view)
  await options.onBlock(sealed)
  return true
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
