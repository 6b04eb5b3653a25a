import type { Node } from '../node/node.js'

/** What a sender offers the block's beneficiary where nothing competes for its space: 1 gwei. */
export const suggestedTip = 1_000_000_000n

/** Price at which a legacy transaction enters the next block. */
export function suggestedGasPrice(node: Node): bigint {
  return node.nextBaseFee() + suggestedTip
}

/** Fee cap that still holds when the blocks before it are full: the base fee may double in six of them. */
export function suggestedFeeCap(node: Node): bigint {
  return 2n * node.nextBaseFee() + suggestedTip
}
