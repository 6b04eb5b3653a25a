import { maxUint256 } from 'viem'
import { address, bytes, quantity, slot, uint64, word } from '../codec.js'
import { InvalidParamsError } from '../errors.js'
import { method, required } from '../method.js'

const account = required('address', address)

/** Accounts changed without a transaction. */
export const stateControl = [
  method(
    ['anvil_setBalance', 'hardhat_setBalance', 'evm_setAccountBalance', 'tenderly_setBalance'],
    [account, required('balance', quantity)],
    ({ node }, owner, balance) => node.setBalance(owner, balance),
  ),
  method(
    ['anvil_addBalance', 'hardhat_addBalance', 'tenderly_addBalance'],
    [account, required('amount', quantity)],
    async ({ node }, owner, amount) => {
      const found = await (await node.state('latest')).account(owner)
      const balance = (found?.balance ?? 0n) + amount
      if (balance > maxUint256) {
        throw new InvalidParamsError(`the balance of ${owner} would exceed 256 bits`)
      }
      await node.setBalance(owner, balance)
    },
  ),
  method(
    ['anvil_setCode', 'hardhat_setCode', 'evm_setAccountCode'],
    [account, required('code', bytes)],
    ({ node }, owner, code) => node.setCode(owner, code),
  ),
  method(
    ['anvil_setNonce', 'hardhat_setNonce', 'evm_setAccountNonce'],
    [account, required('nonce', uint64)],
    ({ node }, owner, nonce) => node.setNonce(owner, nonce),
  ),
  method(
    ['anvil_setStorageAt', 'hardhat_setStorageAt'],
    [account, required('slot', slot), required('value', word)],
    async ({ node }, owner, position, value) => {
      await node.setStorageAt(owner, position, value)
      return true
    },
  ),
]
