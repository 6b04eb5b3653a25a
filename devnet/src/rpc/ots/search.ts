import type { Hex, MinedTransaction, Node, SealedBlock } from '../../node/node.js'
import { appearancesIn } from './appearances.js'

/** A transaction, and the block that holds it. */
export interface Located {
  readonly mined: MinedTransaction
  readonly in: SealedBlock
}

/** A page of an address's history, the newest transaction first. */
export interface Page {
  readonly found: readonly Located[]
  /** Whether it reaches the newest block. */
  readonly isFirst: boolean
  /** Whether it reaches the oldest. */
  readonly isLast: boolean
}

/**
 * The transactions in which an address took part, in blocks before one.
 * @param before height of that block; 0 stands for everything.
 * @param size of the page at least, where there is as much: a block's transactions stay together.
 */
export async function searchBefore(
  node: Node,
  wanted: Hex,
  before: bigint,
  size: number,
): Promise<Page> {
  const { oldest, newest } = boundsOf(node)
  const start = before === 0n ? newest : lower(before - 1n, newest)
  const found: Located[] = []
  let number = start
  for (; number >= oldest && found.length < size; number--) {
    found.push(...(await appearing(node, wanted, number)))
  }
  return { found, isFirst: start >= newest, isLast: number < oldest }
}

/** The same in blocks after one; the page begins with the block after it. */
export async function searchAfter(
  node: Node,
  wanted: Hex,
  after: bigint,
  size: number,
): Promise<Page> {
  const { oldest, newest } = boundsOf(node)
  const start = after === 0n || after < oldest ? oldest : after + 1n
  const found: Located[] = []
  let number = start
  for (; number <= newest && found.length < size; number++) {
    found.unshift(...(await appearing(node, wanted, number)))
  }
  return { found, isFirst: number > newest, isLast: start <= oldest }
}

/** Blocks with transactions, from the newest to the oldest. */
export async function* blocksBackwards(node: Node): AsyncGenerator<SealedBlock> {
  const { oldest, newest } = boundsOf(node)
  for (let number = newest; number >= oldest; number--) {
    const sealed = await node.block(number)
    if (sealed && sealed.transactions.length > 0) yield sealed
  }
}

/** This chain's own blocks. Genesis holds no transactions. */
function boundsOf({ genesisNumber, head }: Node): { oldest: bigint; newest: bigint } {
  return { oldest: genesisNumber + 1n, newest: head.block.header.number }
}

/** Newest first. */
async function appearing(node: Node, wanted: Hex, number: bigint): Promise<Located[]> {
  const sealed = await node.block(number)
  if (!sealed) return []
  const appearances = await appearancesIn(node, sealed)
  return appearances
    .filter(({ addresses }) => addresses.has(wanted))
    .map(({ mined }) => ({ mined, in: sealed }))
    .reverse()
}

function lower(a: bigint, b: bigint): bigint {
  return a < b ? a : b
}
