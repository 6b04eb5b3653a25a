import { address, hash } from '../codec.js'
import { method, required } from '../method.js'

/** Transactions taken out of the pool. */
export const poolControl = [
  method('anvil_dropTransaction', [required('hash', hash)], async ({ node }, wanted) =>
    (await node.dropTransaction(wanted)) ? wanted : null,
  ),
  // Hardhat's helpers take nothing but a boolean from a method of this name.
  method('hardhat_dropTransaction', [required('hash', hash)], ({ node }, wanted) =>
    node.dropTransaction(wanted),
  ),
  method(
    ['anvil_dropAllTransactions', 'hardhat_dropAllTransactions', 'debug_clearTxpool'],
    [],
    ({ node }) => node.dropAllTransactions(),
  ),
  method(
    'anvil_removePoolTransactions',
    [required('address', address)],
    async ({ node }, sender) => {
      const { pending, queued } = node.pool()
      for (const { hash: pooled, from } of [...pending, ...queued]) {
        if (from === sender) await node.dropTransaction(pooled)
      }
    },
  ),
]
