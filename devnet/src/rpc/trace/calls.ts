import type { BlockId, CallRequest, Node } from '../../node/node.js'
import { requireKnown } from '../blockLookup.js'
import { bytes, type Codec, CodecError, list } from '../codec.js'
import type { LabelledTrace } from '../format/trace/inference.js'
import { formatReplay, type ParityType } from '../format/trace/parity.js'
import { label } from '../labelledTrace.js'
import { method, optional, required } from '../method.js'
import { blockId, transactionRequest } from '../params.js'
import { decodeRawTransaction } from '../rawTransaction.js'
import { toCallRequest } from './signedCall.js'
import { recordingFor, traceTypes } from './traceTypes.js'

const block = optional('block', blockId, 'latest')
const types = optional('trace types', traceTypes, [] as ParityType[])

interface TypedCall {
  readonly request: CallRequest
  readonly types: readonly ParityType[]
}

/** A pair of a call and what to tell of it. */
const typedCall: Codec<TypedCall> = (value) => {
  if (!Array.isArray(value) || value.length !== 2) {
    throw new CodecError('a list of a transaction and its trace types', value)
  }
  return { request: transactionRequest(value[0]), types: traceTypes(value[1]) }
}

/** Calls that no block holds, traced. */
export const traceCallMethods = [
  method(
    'trace_call',
    [required('transaction', transactionRequest), types, block],
    async ({ node }, request, wanted, id) =>
      (await traceInOrder(node, [{ request, types: wanted }], id))[0],
  ),
  method(
    'trace_callMany',
    [required('calls with trace types', list(typedCall, 1_000)), block],
    ({ node }, calls, id) => traceInOrder(node, calls, id),
  ),
  method(
    'trace_rawTransaction',
    [required('signed transaction', bytes), types, block],
    async ({ node }, signed, wanted, id) => {
      const request = toCallRequest(decodeRawTransaction(signed, node.common).tx)
      return (await traceInOrder(node, [{ request, types: wanted }], id))[0]
    },
  ),
]

/** Each call sees what those before it did. */
async function traceInOrder(node: Node, calls: readonly TypedCall[], id: BlockId) {
  await requireKnown(node, id)
  const requests = calls.map(({ request }) => request)
  const all = [...new Set(calls.flatMap(({ types }) => types))]
  const traces = await label(node, await node.traceCalls(requests, id, recordingFor(all)), id)
  return calls.map(({ types }, index) => formatReplay(traces[index] as LabelledTrace, types))
}
