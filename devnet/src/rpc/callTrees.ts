import type { Node, SealedBlock } from '../node/node.js'
import { formatCallTree } from './format/trace/callTree.js'
import { traceWholeBlock } from './tracedBlock.js'

/**
 * What each transaction of a block did, as text for people to read.
 * @throws TraceLimitError
 */
export async function callTrees(node: Node, sealed: SealedBlock): Promise<string[]> {
  const traced = await traceWholeBlock(node, sealed, {})
  return traced.map(({ trace }) => formatCallTree(trace))
}
