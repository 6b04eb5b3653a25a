import type { Hex, MinedTransaction, Node, PooledTransaction, SealedBlock } from '../node/node.js'

/** Where a transaction is. */
export type FoundTransaction =
  | { readonly mined: MinedTransaction; readonly in: SealedBlock }
  | { readonly pooled: PooledTransaction }

/**
 * The transaction that an account sent with this nonce. Undefined when there is none, or the nonce of the account
 * was set by hand since.
 */
export async function findBySenderAndNonce(
  node: Node,
  sender: Hex,
  nonce: bigint,
): Promise<FoundTransaction | undefined> {
  const { pending, queued } = node.pool()
  const pooled = [...pending, ...queued].find(
    ({ from, tx }) => from === sender && tx.nonce === nonce,
  )
  if (pooled) return { pooled }
  const sealed = await node.block(await heightPast(node, sender, nonce))
  const mined = sealed?.transactions.find(({ from, tx }) => from === sender && tx.nonce === nonce)
  return mined && sealed && { mined, in: sealed }
}

/** The lowest height at which the account's nonce is past this one; one above the head when it is nowhere. */
async function heightPast(node: Node, sender: Hex, nonce: bigint): Promise<bigint> {
  let low = node.genesisNumber
  let high = node.head.block.header.number + 1n
  while (low < high) {
    const middle = (low + high) / 2n
    const account = await (await node.state(middle)).account(sender)
    if ((account?.nonce ?? 0n) > nonce) high = middle
    else low = middle + 1n
  }
  return low
}
