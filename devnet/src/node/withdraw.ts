import { Account, GWEI_TO_WEI, type Withdrawal } from '@ethereumjs/util'
import type { View } from './view.js'

/** Pays what left the beacon chain (EIP-4895). An account that it touches and leaves empty is none (EIP-161). */
export async function withdraw(view: View, withdrawals: readonly Withdrawal[]): Promise<void> {
  const { journal } = view.evm
  for (const { address, amount } of withdrawals) {
    const account = (await view.state.getAccount(address)) ?? new Account()
    account.balance += amount * GWEI_TO_WEI
    await journal.putAccount(address, account)
  }
  await journal.cleanup()
}
