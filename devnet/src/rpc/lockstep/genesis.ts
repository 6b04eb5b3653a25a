import { bigIntToHex } from '@ethereumjs/util'
import type { AccountEdit } from '../../node/edits/edits.js'
import type { ForkedReads } from '../../node/witness/blockReads.js'
import { requireBlock } from '../blockLookup.js'
import { address, list, slot } from '../codec.js'
import { InvalidParamsError } from '../errors.js'
import { formatProof, maxSlots } from '../eth/proof.js'
import { method, required } from '../method.js'
import { blockId } from '../params.js'

/** What a chain started from, and what was done to its state beside its blocks. */
export const lockstepGenesis = [
  method('lockstep_genesis', [], ({ node }) => node.genesisJson()),
  method('lockstep_getStateEdits', [required('block', blockId)], async ({ node }, id) => {
    const edits = Object.entries(await node.stateEdits(id))
    return Object.fromEntries(edits.map(([address, edit]) => [address, edit && format(edit)]))
  }),
  method('lockstep_getBlockReads', [required('block', blockId)], async ({ node }, id) => {
    const { forked, ...reads } = await node.blockReads(await requireBlock(node, id))
    return { ...reads, ...(forked && { forked: formatForked(forked) }) }
  }),
  method(
    'lockstep_getForkProof',
    [required('address', address), required('slots', list(slot, maxSlots))],
    async ({ node }, owner, slots) => {
      if (!node.fork)
        throw new InvalidParamsError('lockstep_getForkProof: this node forks no chain')
      return formatProof(owner, slots, await node.forkProof(owner, slots))
    },
  ),
]

function format({ nonce, balance, ...rest }: AccountEdit) {
  return { nonce: bigIntToHex(nonce), balance: bigIntToHex(balance), ...rest }
}

function formatForked({ accounts, hashes }: ForkedReads) {
  return {
    accounts: accounts.map(({ nonce, balance, ...rest }) => ({
      ...rest,
      nonce: bigIntToHex(nonce),
      balance: bigIntToHex(balance),
    })),
    hashes: hashes.map(([number, hash]) => [bigIntToHex(number), hash]),
  }
}
