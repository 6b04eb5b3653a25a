import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { parseState, toCompressed } from '../../node/stateFile/text.js'
import { boolean, bytes } from '../codec.js'
import { method, optional, required } from '../method.js'

/** The whole chain, out of the node and into it. */
export const stateFiles = [
  method(
    ['anvil_dumpState', 'hardhat_dumpState'],
    [optional('preserve historical states', boolean, false)],
    async ({ node }, historicalStates) =>
      bytesToHex(await toCompressed(await node.dumpState({ historicalStates }))),
  ),
  method(
    ['anvil_loadState', 'hardhat_loadState'],
    [required('state', bytes)],
    async ({ node, snapshots }, state) => {
      await node.loadState(await parseState(hexToBytes(state)))
      snapshots.clear()
      return true
    },
  ),
]
