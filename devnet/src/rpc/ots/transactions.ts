import { hash } from '../codec.js'
import { formatInternalOperations, formatOtsTrace } from '../format/otterscan.js'
import { method, required } from '../method.js'
import { requireTraced, traceMined } from '../tracedBlock.js'

const wanted = required('hash', hash)

/** What Otterscan shows of one transaction. */
export const otsTransactions = [
  method('ots_getInternalOperations', [wanted], async ({ node }, id) =>
    formatInternalOperations((await requireTraced(node, id, {})).trace),
  ),
  method('ots_traceTransaction', [wanted], async ({ node }, id) => {
    const traced = await traceMined(node, id, {})
    return traced ? formatOtsTrace(traced.trace) : []
  }),
  method('ots_getTransactionError', [wanted], async ({ node }, id) => {
    const found = await node.transaction(id)
    const hasFailed = found && 'mined' in found && found.mined.receipt.status === 0
    return hasFailed ? found.mined.receipt.returnData : '0x'
  }),
]
