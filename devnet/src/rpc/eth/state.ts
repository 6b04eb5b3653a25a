import { Account, bytesToHex } from '@ethereumjs/util'
import { requireState } from '../blockLookup.js'
import { address, slot } from '../codec.js'
import { toQuantity } from '../format/quantity.js'
import { method, optional, required } from '../method.js'
import { blockId } from '../params.js'

const account = required('address', address)
const block = optional('block', blockId, 'latest')

/** Balances, nonces, code and storage after a block. */
export const state = [
  method('eth_getBalance', [account, block], async ({ node }, owner, id) => {
    const found = await (await requireState(node, id)).account(owner)
    return toQuantity(found?.balance ?? 0n)
  }),
  method('eth_getTransactionCount', [account, block], async ({ node }, owner, id) => {
    if (id === 'pending') return toQuantity(await node.pendingNonce(owner))
    const found = await (await requireState(node, id)).account(owner)
    return toQuantity(found?.nonce ?? 0n)
  }),
  method('eth_getCode', [account, block], async ({ node }, owner, id) =>
    bytesToHex(await (await requireState(node, id)).code(owner)),
  ),
  method(
    'eth_getStorageAt',
    [account, required('slot', slot), block],
    async ({ node }, owner, position, id) => {
      const view = await requireState(node, id)
      return view.storage(owner, position)
    },
  ),
  method('eth_getAccount', [account, block], async ({ node }, owner, id) => {
    const found = (await (await requireState(node, id)).account(owner)) ?? new Account()
    return {
      nonce: toQuantity(found.nonce),
      balance: toQuantity(found.balance),
      storageRoot: bytesToHex(found.storageRoot),
      codeHash: bytesToHex(found.codeHash),
    }
  }),
  method('eth_getAccountInfo', [account, block], async ({ node }, owner, id) => {
    const view = await requireState(node, id)
    const found = await view.account(owner)
    return {
      balance: toQuantity(found?.balance ?? 0n),
      nonce: toQuantity(found?.nonce ?? 0n),
      code: bytesToHex(await view.code(owner)),
    }
  }),
]
