import type { ModelId } from '@lockstep/precompile'
import { toEventSelector } from 'viem'
import type { Hex, SealedBlock } from '../node.js'
import { registryAddress } from '../registry.js'

const modelRegistered = toEventSelector('ModelRegistered(bytes32,address)')

/**
 * The models that a chain may know: those whose files are here, and those that its blocks registered, files or not.
 */
export function mentionedModels(
  blocks: readonly SealedBlock[],
  stored: readonly ModelId[],
): Set<Hex> {
  const mentioned = new Set<Hex>(stored)
  for (const { transactions } of blocks) {
    for (const { receipt } of transactions) {
      for (const { address, topics } of receipt.logs) {
        const [event, id] = topics
        if (address === registryAddress && event === modelRegistered && id) mentioned.add(id)
      }
    }
  }
  return mentioned
}
