import { address, boolean } from '../codec.js'
import { method, required } from '../method.js'

const account = required('address', address)

/** Senders that need no signature. */
export const impersonation = [
  method(
    ['anvil_impersonateAccount', 'hardhat_impersonateAccount'],
    [account],
    ({ accounts }, sender) => accounts.impersonate(sender),
  ),
  method(
    ['anvil_stopImpersonatingAccount', 'hardhat_stopImpersonatingAccount'],
    [account],
    ({ accounts }, sender) => accounts.stopImpersonating(sender),
  ),
  method(
    ['anvil_autoImpersonateAccount', 'hardhat_autoImpersonateAccount'],
    [required('enabled', boolean)],
    ({ accounts }, enabled) => {
      accounts.autoImpersonate = enabled
    },
  ),
]
