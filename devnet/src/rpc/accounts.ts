import { hexToBytes } from '@ethereumjs/util'
import type { DevAccount } from '../node/accounts.js'
import type { Hex } from '../node/node.js'
import { InvalidParamsError } from './errors.js'

/** The accounts that the node signs for, and those that it sends for without a signature. */
export class Accounts {
  /** Whether every sender counts as impersonated. */
  autoImpersonate: boolean
  private readonly impersonated = new Set<Hex>()
  private readonly byAddress: ReadonlyMap<Hex, DevAccount>

  constructor(accounts: readonly DevAccount[], options: { autoImpersonate?: boolean } = {}) {
    this.byAddress = new Map(accounts.map((account) => [account.address, account]))
    this.autoImpersonate = options.autoImpersonate ?? false
  }

  /** Those with a key, then the impersonated ones, as Anvil lists them. */
  get addresses(): readonly Hex[] {
    return [...new Set([...this.byAddress.keys(), ...this.impersonated])]
  }

  impersonate(address: Hex): void {
    this.impersonated.add(address)
  }

  stopImpersonating(address: Hex): void {
    this.impersonated.delete(address)
  }

  isImpersonated(address: Hex): boolean {
    return this.autoImpersonate || this.impersonated.has(address)
  }

  /** @throws InvalidParamsError when the node holds no key of the address. */
  get(address: Hex): DevAccount {
    const account = this.byAddress.get(address)
    if (!account) throw new InvalidParamsError('No Signer available', { data: { address } })
    return account
  }

  /** @throws InvalidParamsError when the node holds no key of the address. */
  privateKeyOf(address: Hex): Uint8Array {
    return hexToBytes(this.get(address).privateKey)
  }
}
