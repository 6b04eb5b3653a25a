import type { BlockHeader } from '@ethereumjs/block'
import type { Common } from '@ethereumjs/common'
import type { BlockSettings } from './settings.js'

/**
 * Base fee of the block after `parent`, by EIP-1559 unless it was set for that block; 0 before base fees.
 * @param rules of that block.
 */
export function nextBaseFee(
  parent: BlockHeader,
  rules: Common,
  settings: Partial<Pick<BlockSettings, 'baseFee'>> = {},
): bigint {
  if (!rules.isActivatedEIP(1559)) return 0n
  if (settings.baseFee !== undefined) return settings.baseFee
  return parent.common.isActivatedEIP(1559)
    ? parent.calcNextBaseFee()
    : rules.param('initialBaseFee')
}

/**
 * Blob base fee of the block after `parent`; 0 before blobs.
 * @param rules of that block.
 */
export function nextBlobBaseFee(parent: BlockHeader, rules: Common): bigint {
  return rules.isActivatedEIP(4844) ? parent.calcNextBlobGasPrice(rules) : 0n
}
