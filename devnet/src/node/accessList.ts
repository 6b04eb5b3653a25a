import type { BlockHeader } from '@ethereumjs/block'
import { createContractAddress } from '@ethereumjs/util'
import { type PreparedCall, prepareCall } from './call.js'
import { executeCall } from './execute.js'
import type { CallRequest, Hex } from './node.js'
import type { Standpoint } from './standpoint.js'
import type { View } from './view.js'

type AccessList = { address: Hex; storageKeys: Hex[] }[]

export interface AccessListResult {
  readonly accessList: AccessList
  readonly gasUsed: bigint
  /** The exception that the call ends with. */
  readonly error?: string
}

/**
 * Finds the slots that a call touches, and the accounts beyond those that every transaction may touch for nothing.
 * A list changes the gas, which may change what is touched: it is sought until it stays. It can only grow.
 */
export async function createAccessList(
  at: Standpoint,
  request: CallRequest,
): Promise<AccessListResult> {
  let known = itemsOf(request.accessList ?? [])
  for (;;) {
    const { free, outcome } = await at.lend((view) =>
      callWith(view, at.header, { ...request, accessList: known }),
    )
    const found = itemsOf((outcome.result.accessList ?? []) as AccessList).filter(
      ({ address, storageKeys }) => storageKeys.length > 0 || !free.has(address),
    )
    if (size(found) === size(known)) {
      const error = outcome.exception
      return { accessList: found, gasUsed: outcome.gasUsed, ...(error && { error }) }
    }
    known = found
  }
}

async function callWith(view: View, header: BlockHeader, request: CallRequest) {
  const prepared = await prepareCall(view, header, request)
  const free = await freeAddresses(prepared)
  return { free, outcome: await executeCall(view, prepared.tx, prepared.block) }
}

/** The sender, the target or the contract to be, and the precompiles: warm from the start. */
async function freeAddresses({ view, tx }: PreparedCall): Promise<Set<string>> {
  const sender = tx.getSenderAddress()
  const nonce = (await view.state.getAccount(sender))?.nonce ?? 0n
  const target = tx.to ?? createContractAddress(sender, nonce)
  const precompiles = [...view.evm.precompiles.keys()].map((address) => `0x${address}`)
  return new Set([sender.toString(), target.toString(), ...precompiles])
}

function itemsOf(list: readonly { address: Hex; storageKeys: readonly Hex[] }[]): AccessList {
  return list.map(({ address, storageKeys }) => ({
    address: address.toLowerCase() as Hex,
    storageKeys: [...storageKeys],
  }))
}

function size(list: AccessList): number {
  return list.reduce((total, { storageKeys }) => total + 1 + storageKeys.length, 0)
}
