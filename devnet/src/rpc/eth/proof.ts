import type { Hex } from '../../node/node.js'
import type { AccountProof } from '../../node/proof.js'
import { requireKnown, requireState } from '../blockLookup.js'
import { address, bytes32, type Codec, CodecError, list, record, slot } from '../codec.js'
import { toQuantity } from '../format/quantity.js'
import { method, optional, required } from '../method.js'
import { blockId } from '../params.js'

const block = optional('block', blockId, 'latest')
/** The most slots of one answer. */
export const maxSlots = 1_024

const slotsByAccount: Codec<Record<`0x${string}`, `0x${string}`[]>> = (value) => {
  const slots = record(address, list(bytes32, maxSlots))(value)
  const count = Object.values(slots).reduce((total, { length }) => total + length, 0)
  if (count > maxSlots) throw new CodecError(`slots by account, at most ${maxSlots} in all`, value)
  return slots
}

/** Storage: many slots at a time, and slots with their proofs. */
export const proofs = [
  method(
    'eth_getStorageValues',
    [required('slots by account', slotsByAccount), block],
    async ({ node }, slots, id) => {
      const view = await requireState(node, id)
      const values: Record<string, string[]> = {}
      for (const [owner, wanted] of Object.entries(slots)) {
        values[owner] = []
        for (const position of wanted) {
          values[owner]?.push(await view.storage(owner as `0x${string}`, position))
        }
      }
      return values
    },
  ),
  method(
    'eth_getProof',
    [required('address', address), required('slots', list(slot, maxSlots)), block],
    async ({ node }, owner, slots, id) => {
      await requireKnown(node, id)
      return formatProof(owner, slots, await node.proof(owner, slots, id))
    },
  ),
]

/** A proof as `eth_getProof` gives it. */
export function formatProof(owner: Hex, slots: readonly Hex[], proof: AccountProof) {
  return {
    address: owner,
    accountProof: proof.nodes,
    balance: toQuantity(proof.balance),
    codeHash: proof.codeHash,
    nonce: toQuantity(proof.nonce),
    storageHash: proof.storageRoot,
    storageProof: proof.slots.map(({ value, nodes }, index) => ({
      key: slots[index],
      value: toQuantity(value),
      proof: nodes,
    })),
  }
}
