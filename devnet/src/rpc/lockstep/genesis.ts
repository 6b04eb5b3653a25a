import { bigIntToHex } from '@ethereumjs/util'
import type { AccountEdit } from '../../node/edits/edits.js'
import { requireBlock } from '../blockLookup.js'
import { method, required } from '../method.js'
import { blockId } from '../params.js'

/** What a chain started from, and what was done to its state beside its blocks. */
export const lockstepGenesis = [
  method('lockstep_genesis', [], ({ node }) => node.genesisJson()),
  method('lockstep_getStateEdits', [required('block', blockId)], async ({ node }, id) => {
    const edits = Object.entries(await node.stateEdits(id))
    return Object.fromEntries(edits.map(([address, edit]) => [address, edit && format(edit)]))
  }),
  method('lockstep_getBlockReads', [required('block', blockId)], async ({ node }, id) =>
    node.blockReads(await requireBlock(node, id)),
  ),
]

function format({ nonce, balance, ...rest }: AccountEdit) {
  return { nonce: bigIntToHex(nonce), balance: bigIntToHex(balance), ...rest }
}
