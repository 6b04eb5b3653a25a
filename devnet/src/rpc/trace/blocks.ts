import type { Hex, Node, SealedBlock } from '../../node/node.js'
import { hash, integer, list } from '../codec.js'
import { InvalidParamsError } from '../errors.js'
import { formatFlatCalls } from '../format/trace/parity.js'
import { method, required } from '../method.js'
import { blockNumber } from '../params.js'
import { traceMined, traceWholeBlock } from '../tracedBlock.js'
import { matchesTrace, type TraceFilter, traceFilter } from './filter.js'

/** The most blocks that one filter looks through. */
const longestRange = 300n

/** Calls that mined transactions made, as OpenEthereum tells them. */
export const traceBlocks = [
  method('trace_transaction', [required('hash', hash)], ({ node }, wanted) =>
    tracesOfTransaction(node, wanted),
  ),
  method(
    'trace_get',
    [required('hash', hash), required('trace index', list(integer(0, 2 ** 31), 1_000))],
    async ({ node }, wanted, [index, ...more]) => {
      // As other nodes read it: a place in the list of traces, not a path in the tree of calls.
      if (index === undefined || more.length > 0) return null
      return (await tracesOfTransaction(node, wanted))[index] ?? null
    },
  ),
  method('trace_block', [required('block', blockNumber)], async ({ node }, id) => {
    const sealed = await node.block(id)
    return sealed ? tracesOfBlock(node, sealed) : []
  }),
  method('trace_filter', [required('trace filter', traceFilter)], ({ node }, filter) =>
    filterTraces(node, filter),
  ),
]

async function tracesOfTransaction(node: Node, wanted: Hex) {
  const traced = await traceMined(node, wanted, {})
  return traced ? formatFlatCalls(traced.trace, traced.place) : []
}

async function tracesOfBlock(node: Node, sealed: SealedBlock) {
  const traced = await traceWholeBlock(node, sealed, {})
  return traced.flatMap(({ trace, place }) => formatFlatCalls(trace, place))
}

async function filterTraces(node: Node, filter: TraceFilter) {
  const head = node.head.block.header.number
  const { fromBlock = 0n, toBlock = head, after = 0, count = Number.POSITIVE_INFINITY } = filter
  if (fromBlock > toBlock) {
    throw new InvalidParamsError(
      'invalid block range, ensure that to block is greater than from block',
    )
  }
  if (toBlock - fromBlock > longestRange) {
    throw new InvalidParamsError(
      `block range too large, currently limited to ${longestRange}: ask for fewer blocks at a time`,
    )
  }
  const found: Awaited<ReturnType<typeof tracesOfBlock>> = []
  const wanted = after + count
  for (let number = fromBlock; number <= toBlock && found.length < wanted; number++) {
    const sealed = await node.block(number)
    if (!sealed) continue
    found.push(
      ...(await tracesOfBlock(node, sealed)).filter((trace) => matchesTrace(trace, filter)),
    )
  }
  return found.slice(after, wanted)
}
