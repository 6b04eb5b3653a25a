import { RLP } from '@ethereumjs/rlp'
import { hexToBytes } from '@ethereumjs/util'
import { keccak256 } from 'viem'
import type { Hex, Node, SealedBlock } from '../../node/node.js'
import { requireBlock, requireKnown } from '../blockLookup.js'
import { bytes, hash } from '../codec.js'
import { InvalidParamsError } from '../errors.js'
import { label } from '../labelledTrace.js'
import { method, optional, required } from '../method.js'
import { blockId, blockNumber, transactionRequest } from '../params.js'
import { requireTraced, traceWholeBlock } from '../tracedBlock.js'
import type { Tracer } from './tracer.js'
import { callTracingOptions, defaultTracing, tracingOptions } from './tracingOptions.js'

const options = optional('tracing options', tracingOptions, defaultTracing)

/** Executions told opcode by opcode, or by one of geth's tracers. */
export const debugTraces = [
  method(
    'debug_traceTransaction',
    [required('transaction hash', hash), options],
    async ({ node }, wanted, tracer) => {
      const { trace, place } = await requireTraced(node, wanted, tracer.options)
      return tracer.format(trace, place)
    },
  ),
  method(
    'debug_traceBlockByNumber',
    [required('block', blockNumber), options],
    async ({ node }, id, tracer) => traceBlock(node, await requireBlock(node, id), tracer),
  ),
  method(
    'debug_traceBlockByHash',
    [required('block hash', hash), options],
    async ({ node }, wanted, tracer) =>
      traceBlock(node, await requireBlock(node, { hash: wanted }), tracer),
  ),
  method(
    'debug_traceBlock',
    [required('block as RLP', bytes), options],
    async ({ node }, rlp, tracer) =>
      traceBlock(node, await requireBlock(node, { hash: blockHash(rlp) }), tracer),
  ),
  method(
    'debug_traceCall',
    [
      required('transaction', transactionRequest),
      optional('block', blockId, 'latest'),
      optional('call tracing options', callTracingOptions, callTracingOptions({})),
    ],
    async ({ node }, request, id, { tracer, overrides, txIndex }) => {
      await requireKnown(node, id)
      const at =
        txIndex === undefined ? id : { within: await requireBlock(node, id), after: txIndex }
      const traces = await node.traceCalls([request], at, tracer.options, overrides)
      const [trace] = await label(node, traces, id)
      return trace && tracer.format(trace, undefined)
    },
  ),
]

async function traceBlock(node: Node, sealed: SealedBlock, tracer: Tracer) {
  const traced = await traceWholeBlock(node, sealed, tracer.options)
  return traced.map(({ trace, mined, place }) => ({
    result: tracer.format(trace, place),
    txHash: mined.hash,
  }))
}

/** The hash of a block that a client sent whole. @throws InvalidParamsError */
function blockHash(rlp: Hex): Hex {
  try {
    const [header] = RLP.decode(hexToBytes(rlp)) as Uint8Array[][]
    if (!Array.isArray(header)) throw new Error('the first item is no header')
    return keccak256(RLP.encode(header))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new InvalidParamsError(`failed to decode block: ${reason}`, { cause })
  }
}
