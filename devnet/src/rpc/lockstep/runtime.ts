import { bytesToHex, hexToBytes } from '@ethereumjs/util'
import { encodeAbiParameters } from 'viem'
import { requireKnown } from '../blockLookup.js'
import { bytes, quantity } from '../codec.js'
import { method, optional, required } from '../method.js'
import { blockId } from '../params.js'

const maxUint64 = 2n ** 64n - 1n

/** The inference engine behind the precompile, and the precompile without an EVM around it. */
export const lockstepRuntime = [
  method('lockstep_runtime', [], ({ node }) => ({
    runtime: node.precompile.engine.runtimeId,
    schedule: node.precompile.schedule.version,
  })),
  method('lockstep_remotes', [], ({ node }) => node.precompile.remote?.report() ?? null),
  method('lockstep_preExecution', [], ({ node }) => node.preExecution() ?? null),
  method(
    'lockstep_runPrecompile',
    [
      required('calldata', bytes),
      required('gas limit', quantity),
      optional('block', blockId, 'latest'),
    ],
    async ({ node }, calldata, limit, id) => {
      await requireKnown(node, id)
      const gasLimit = limit > maxUint64 ? maxUint64 : limit
      const result = await node.callPrecompile(hexToBytes(calldata), gasLimit, id)
      const { success, gasUsed, returnData } = result.outOfGas
        ? { success: false, gasUsed: gasLimit, returnData: new Uint8Array() }
        : result
      return encodeAbiParameters(
        [{ type: 'bool' }, { type: 'uint64' }, { type: 'bytes' }],
        [success, gasUsed, bytesToHex(returnData)],
      )
    },
  ),
]
