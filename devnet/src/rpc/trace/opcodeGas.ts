import { requireBlock } from '../blockLookup.js'
import { hash } from '../codec.js'
import { formatOpcodeGas } from '../format/trace/opcodeGas.js'
import { method, required } from '../method.js'
import { blockId } from '../params.js'
import { type TracedTransaction, traceMined, traceWholeBlock } from '../tracedBlock.js'

const recording = { steps: {} }

/** What mined transactions paid for each opcode. */
export const traceOpcodeGas = [
  method('trace_transactionOpcodeGas', [required('hash', hash)], async ({ node }, wanted) => {
    const traced = await traceMined(node, wanted, recording)
    return traced ? ofTransaction(traced) : null
  }),
  method('trace_blockOpcodeGas', [required('block', blockId)], async ({ node }, id) => {
    const sealed = await requireBlock(node, id)
    const traced = await traceWholeBlock(node, sealed, recording)
    return {
      blockHash: sealed.hash,
      blockNumber: Number(sealed.block.header.number),
      transactions: traced.map(ofTransaction),
    }
  }),
]

function ofTransaction({ trace, mined }: TracedTransaction) {
  return { transactionHash: mined.hash, opcodeGas: formatOpcodeGas(trace) }
}
