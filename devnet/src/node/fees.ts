import type { BlockHeader } from '@ethereumjs/block'
import type { BlockSettings } from './settings.js'

/** Base fee of the block after `parent`, by EIP-1559 unless it was set for that block. */
export function nextBaseFee(parent: BlockHeader, settings: Pick<BlockSettings, 'baseFee'>): bigint {
  return settings.baseFee ?? parent.calcNextBaseFee()
}

/** Blob base fee of the block after `parent`; 0 before blobs. */
export function nextBlobBaseFee(parent: BlockHeader): bigint {
  if (!parent.common.isActivatedEIP(4844)) return 0n
  return parent.calcNextBlobGasPrice(parent.common)
}
