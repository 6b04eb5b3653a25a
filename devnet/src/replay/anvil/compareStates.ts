import { promisify } from 'node:util'
import { gunzip } from 'node:zlib'
import { hexToBytes } from '@ethereumjs/util'
import type { Hex, Node } from '../../node/node.js'
import { inferenceAddress } from '../../node/registry.js'
import { beaconRoots, blockHashes } from '../../node/systemContracts.js'
import type { Divergence } from '../compare/divergence.js'
import type { RemoteChain } from '../export/source.js'

interface AccountJson {
  readonly nonce: number | string
  readonly balance: string
  readonly code: string
  readonly storage: Readonly<Record<string, string>>
}
type Accounts = Readonly<Record<string, AccountJson>>

/** Accounts that cannot agree: other code serves models there, and Anvil notes other hashes and roots in its blocks. */
const leftOut: ReadonlySet<string> = new Set(
  [inferenceAddress, blockHashes.address, beaconRoots.address].map((one) => one.toLowerCase()),
)

/** Compares every account after the head of both chains. */
export async function compareStates(
  node: Node,
  anvil: RemoteChain,
): Promise<{ readonly accounts: number; readonly divergence?: Divergence }> {
  const ours = (await node.dumpState()).accounts as Accounts
  const dump = hexToBytes(await anvil.ask<Hex>('anvil_dumpState'))
  const theirs = JSON.parse(String(await promisify(gunzip)(dump))).accounts as Accounts
  const addresses = new Set([...Object.keys(ours), ...Object.keys(theirs)])
  let accounts = 0
  for (const address of addresses) {
    if (leftOut.has(address.toLowerCase())) continue
    accounts++
    const [left, right] = [fieldsOf(ours[address]), fieldsOf(theirs[address])]
    for (const field of new Set([...left.keys(), ...right.keys()])) {
      const [recorded, executed] = [left.get(field) ?? 'none', right.get(field) ?? 'none']
      if (recorded === executed) continue
      const { number } = node.head.block.header
      const block = { number, hash: node.head.hash }
      const what = `${field} of ${address} on Anvil`
      return { accounts, divergence: { what, block, recorded, executed } }
    }
  }
  return { accounts }
}

/** Nonce, balance, code and slots by their names; an account that is empty has none of them. */
function fieldsOf(account: AccountJson | undefined): Map<string, string> {
  const fields = new Map<string, string>()
  if (!account) return fields
  const put = (name: string, value: string) => {
    if (BigInt(value) !== 0n) fields.set(name, BigInt(value).toString())
  }
  put('nonce', String(account.nonce))
  put('balance', account.balance)
  if (account.code !== '0x') fields.set('code', account.code)
  for (const [slot, value] of Object.entries(account.storage)) put(`slot ${BigInt(slot)}`, value)
  return fields
}
