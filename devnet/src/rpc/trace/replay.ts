import { hash } from '../codec.js'
import { formatReplay, type ParityType } from '../format/trace/parity.js'
import { method, optional, required } from '../method.js'
import { blockNumber } from '../params.js'
import { requireTraced, traceWholeBlock } from '../tracedBlock.js'
import { recordingFor, traceTypes } from './traceTypes.js'

const types = optional('trace types', traceTypes, [] as ParityType[])

/** Mined transactions executed again: their calls, opcodes and changes of state. */
export const traceReplays = [
  method(
    'trace_replayTransaction',
    [required('transaction hash', hash), types],
    async ({ node }, wanted, wantedTypes) => {
      const { trace } = await requireTraced(node, wanted, recordingFor(wantedTypes))
      return formatReplay(trace, wantedTypes)
    },
  ),
  method(
    'trace_replayBlockTransactions',
    [required('block', blockNumber), types],
    async ({ node }, id, wantedTypes) => {
      const sealed = await node.block(id)
      if (!sealed) return []
      const traced = await traceWholeBlock(node, sealed, recordingFor(wantedTypes))
      return traced.map(({ trace, mined }) => ({
        ...formatReplay(trace, wantedTypes),
        transactionHash: mined.hash,
      }))
    },
  ),
]
