import type { PrecompileFunc } from '@ethereumjs/evm'
import { createAddressFromString } from '@ethereumjs/util'
import { overrideState } from '../overrides.js'
import type { View } from '../view.js'
import { SimulationError } from './errors.js'
import type { SimulatedState } from './simulation.js'

/** The precompiles of an EVM, by address in hex without a prefix. */
export type Precompiles = ReadonlyMap<string, PrecompileFunc>

/** The precompiles of a view, whose addresses are warm in every transaction from here on, wherever they answer. */
export function keepWarm({ evm, vm }: View): Precompiles {
  const own = new Map(evm.precompiles)
  vm.events.on('beforeTx', () => {
    for (const address of own.keys()) evm.journal.addAlwaysWarmAddress(address)
  })
  return own
}

/**
 * Changes accounts, and moves precompiles, before a block executes. Moves hold for that block alone.
 * @param own precompiles of the chain.
 * @throws SimulationError for a move of what is no precompile, or onto an account that is overridden too.
 */
export async function applyState(
  view: View,
  { accounts, moves }: SimulatedState,
  own: Precompiles,
): Promise<void> {
  const { precompiles } = view.evm
  precompiles.clear()
  for (const [address, precompile] of own) precompiles.set(address, precompile)
  for (const [from, to] of Object.entries(moves)) {
    const moved = precompiles.get(from.slice(2))
    if (!moved) throw new SimulationError('precompileMove', `account ${from} is not a precompile`)
    if (to in accounts) {
      throw new SimulationError('precompileMove', `account ${to} is already overridden`)
    }
    precompiles.set(to.slice(2), moved)
  }
  // An account that is overridden is an account from then on.
  for (const address of Object.keys({ ...accounts, ...moves })) precompiles.delete(address.slice(2))
  await overrideState(view.state, accounts)
  await dropEmpty(view, Object.keys(accounts))
}

/** No state holds an account without balance, nonce and code (EIP-161). */
async function dropEmpty(view: View, addresses: readonly string[]): Promise<void> {
  for (const key of addresses) {
    const address = createAddressFromString(key)
    if ((await view.state.getAccount(address))?.isEmpty()) await view.state.deleteAccount(address)
  }
}
