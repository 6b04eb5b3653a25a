import type { BlockId, Node, SealedBlock, StateView } from '../node/node.js'
import { ErrorCode, InvalidParamsError, RpcError } from './errors.js'

/**
 * The block that a client named, where the method cannot answer null.
 * @throws RpcError as Anvil does: −32602 beyond the head, −32001 for an unknown hash.
 */
export async function requireBlock(node: Node, id: BlockId): Promise<SealedBlock> {
  const sealed = await node.block(id)
  if (!sealed) throw blockNotFound(node, id)
  return sealed
}

/** State after the block that a client named. @throws RpcError like requireBlock */
export async function requireState(node: Node, id: BlockId): Promise<StateView> {
  await requireKnown(node, id)
  return node.state(id)
}

/** Checks the name of a block without building a pending one. @throws RpcError like requireBlock */
export async function requireKnown(node: Node, id: BlockId): Promise<void> {
  if (id === 'latest' || id === 'pending') return
  await requireBlock(node, id)
}

function blockNotFound(node: Node, id: BlockId): RpcError {
  if (typeof id === 'object') {
    return new RpcError(ErrorCode.resourceNotFound, `Resource not found: block ${id.hash}`)
  }
  const head = node.head.block.header.number
  return new InvalidParamsError(
    `BlockOutOfRangeError: block height is ${head} but requested was ${id}`,
  )
}
