import { type Account, bytesToHex } from '@ethereumjs/util'
import type { Hex, Node, SealedBlock } from '../../node/node.js'
import { systemContracts } from '../../node/systemContracts.js'
import { requireBlock } from '../blockLookup.js'
import { address, integer } from '../codec.js'
import { InvalidParamsError } from '../errors.js'
import { toQuantity } from '../format/quantity.js'
import { method, optional, required } from '../method.js'
import { blockId, blockNumber } from '../params.js'

/** The most blocks that one request compares. */
const longestRange = 300n

/** Accounts within a block, and between blocks. */
export const debugAccounts = [
  method(
    'debug_accountInfoAt',
    [
      required('block', blockId),
      required('transaction index', integer(0, 2 ** 31)),
      required('address', address),
    ],
    async ({ node }, id, index, owner) => {
      const sealed = await requireBlock(node, id)
      const count = sealed.transactions.length
      if (index >= count) {
        throw new InvalidParamsError(
          `tx_index ${index} out of bounds for block with ${count} transactions`,
        )
      }
      const state = await node.stateWithin({ within: sealed, after: index + 1 })
      const found = await state.account(owner)
      return {
        balance: toQuantity(found?.balance ?? 0n),
        nonce: toQuantity(found?.nonce ?? 0n),
        code: bytesToHex(await state.code(owner)),
      }
    },
  ),
  method(
    'debug_getModifiedAccountsByNumber',
    [required('block', blockNumber), optional('last block', blockNumber)],
    async ({ node }, first, last) => {
      const start = (await requireBlock(node, first)).block.header.number
      if (last === undefined) return modifiedBetween(node, start - 1n, start)
      return modifiedBetween(node, start, (await requireBlock(node, last)).block.header.number)
    },
  ),
]

/**
 * Accounts that the blocks after `start`, up to `end`, left other than they were: those that transactions, withdrawals
 * and the rules of the chain touch. What was set without a block is not told.
 */
async function modifiedBetween(node: Node, start: bigint, end: bigint): Promise<Hex[]> {
  if (start >= end) {
    throw new InvalidParamsError(
      `the last block must come after the first, got ${start} and ${end}`,
    )
  }
  if (end - start > longestRange) {
    throw new InvalidParamsError(`at most ${longestRange} blocks are compared at a time`)
  }
  const touched = new Set<Hex>(systemContracts(node.common).map((contract) => contract.address))
  for (let number = start + 1n; number <= end; number++) {
    for (const owner of await touchedIn(node, await requireBlock(node, number))) touched.add(owner)
  }
  const [before, after] = [await node.state(start), await node.state(end)]
  const modified: Hex[] = []
  for (const owner of [...touched].sort()) {
    if (!isSame(await before.account(owner), await after.account(owner))) modified.push(owner)
  }
  return modified
}

async function touchedIn(node: Node, sealed: SealedBlock): Promise<Hex[]> {
  const traces = await node.traceBlock(sealed, { accounts: true })
  const withdrawn = sealed.block.withdrawals?.map(({ address: to }) => to.toString()) ?? []
  return [...withdrawn, ...traces.flatMap(({ accounts }) => accounts.map((entry) => entry.address))]
}

function isSame(before: Account | undefined, after: Account | undefined): boolean {
  if (!before || !after) return before === after
  return bytesToHex(before.serialize()) === bytesToHex(after.serialize())
}
