import { quantity } from '../codec.js'
import { toQuantity } from '../format/quantity.js'
import { logQuery, queryLogs } from '../logQuery.js'
import { method, required } from '../method.js'

const query = required('filter', logQuery)
const filterId = required('filter id', (value) => toQuantity(quantity(value)))

/** Logs, and filters that gather what happens between two polls. */
export const logs = [
  method('eth_getLogs', [query], ({ node }, wanted) => queryLogs(node, wanted)),
  method('eth_newFilter', [query], ({ filters }, wanted) => filters.install('logs', wanted)),
  method('eth_newBlockFilter', [], ({ filters }) => filters.install('blocks')),
  method('eth_newPendingTransactionFilter', [], ({ filters }) => filters.install('transactions')),
  method('eth_getFilterChanges', [filterId], ({ filters }, id) => filters.takeChanges(id)),
  method('eth_getFilterLogs', [filterId], ({ node, filters }, id) =>
    queryLogs(node, filters.query(id)),
  ),
  method('eth_uninstallFilter', [filterId], ({ filters }, id) => filters.uninstall(id)),
]
