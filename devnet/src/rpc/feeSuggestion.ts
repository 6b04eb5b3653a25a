import type { Node } from '../node/node.js'

/** Price at which a legacy transaction enters the next block. */
export function suggestedGasPrice(node: Node): bigint {
  return node.nextBaseFee() + node.suggestedTip
}

/** Fee cap that still holds when the blocks before it are full: the base fee may double in six of them. */
export function suggestedFeeCap(node: Node): bigint {
  return 2n * node.nextBaseFee() + node.suggestedTip
}
