import { type Address, createAddressFromString } from '@ethereumjs/util'
import type { Hex, Node, UnpooledTransaction } from '../../node/node.js'
import { bytes, type Codec, CodecError, either, integer, list } from '../codec.js'
import type { Context } from '../context.js'
import { InvalidParamsError } from '../errors.js'
import { method, optional, required } from '../method.js'
import { type TransactionRequest, transactionRequest } from '../params.js'
import { decodeRawTransaction } from '../rawTransaction.js'
import { senderOf } from '../sender.js'
import { fillTransaction } from '../transactionFill.js'

/** One call may not keep the node busy for ever. */
const maxDepth = 100_000
const depthOf = integer(0, maxDepth)

interface Placed {
  readonly transaction: Hex | TransactionRequest
  /** Position of the block among the new ones. */
  readonly block: number
}

const transaction = either<Hex, TransactionRequest>(
  'a signed transaction in hex, or a transaction to sign',
  bytes,
  transactionRequest,
)

const placed: Codec<Placed> = (value) => {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new CodecError('a pair of a transaction and the position of its block', value)
  }
  return { transaction: transaction(value[0]), block: integer(0, maxDepth - 1)(value[1]) }
}

/** The newest blocks taken off the chain, or replaced. */
export const reorganisation = [
  method('anvil_rollback', [optional('depth', depthOf, 1)], async (context, depth) => {
    const height = commonHeight(context.node, depth, 'Rollback')
    await context.node.rollback(depth)
    forgetSnapshots(context, height)
  }),
  method(
    'anvil_reorg',
    [required('depth', depthOf), optional('transactions', list(placed), [])],
    async (context, depth, transactions) => {
      const height = commonHeight(context.node, depth, 'Reorg')
      const blocks = await placeTransactions(context, depth, height, transactions)
      await context.node.reorg(blocks)
      forgetSnapshots(context, height)
    },
  ),
]

/** Height of the block that stays. */
function commonHeight(node: Node, depth: number, what: string): bigint {
  const head = node.head.block.header.number
  if (head - BigInt(depth) >= node.genesisNumber) return head - BigInt(depth)
  throw new InvalidParamsError(
    `${what} depth must not exceed current chain height: current height ${head}, depth ${depth}`,
  )
}

async function placeTransactions(
  context: Context,
  depth: number,
  height: bigint,
  transactions: readonly Placed[],
): Promise<UnpooledTransaction[][]> {
  const blocks: UnpooledTransaction[][] = Array.from({ length: depth }, () => [])
  const nonces = new Map<Hex, bigint>()
  const state = await context.node.state(height)
  const inOrder = [...transactions].sort((a, b) => a.block - b.block)
  for (const { transaction, block } of inOrder) {
    const target = blocks[block]
    if (!target) {
      throw new InvalidParamsError(
        `Block number for reorg tx will exceed the reorged chain height. Block number ${block} must not exceed (depth-1) ${depth - 1}`,
      )
    }
    if (typeof transaction === 'string') {
      target.push(decodeRawTransaction(transaction, context.node.common))
      continue
    }
    const from = senderOf(context, transaction)
    const nonce = nonces.get(from) ?? (await state.account(from))?.nonce ?? 0n
    nonces.set(from, nonce + 1n)
    target.push(await sign(context, { ...transaction, from, nonce }))
  }
  return blocks
}

async function sign(
  { node, accounts }: Context,
  request: TransactionRequest & { from: Hex },
): Promise<UnpooledTransaction> {
  const tx = await fillTransaction(node, request)
  if (!accounts.isImpersonated(request.from)) {
    return { tx: tx.sign(accounts.privateKeyOf(request.from)) }
  }
  const impersonated: Address = createAddressFromString(request.from)
  return { tx, impersonated }
}

function forgetSnapshots({ snapshots }: Context, height: bigint): void {
  for (const [id, { number }] of snapshots) if (number > height) snapshots.delete(id)
}
