import type { BlockHeader } from '@ethereumjs/block'
import { SimulationError } from './errors.js'
import type { SimulatedBlock } from './simulation.js'

/** The most blocks that a simulation may span, the empty ones in its gaps included. */
const maxBlocks = 256n
/** Seconds between two blocks where nothing says otherwise. */
const blockSeconds = 12n

/** A block whose place is settled. */
export interface PlacedBlock {
  readonly block: SimulatedBlock
  readonly number: bigint
  readonly timestamp: bigint
}

const empty: SimulatedBlock = { overrides: {}, state: { accounts: {}, moves: {} }, calls: [] }

/**
 * Settles number and time of every block, with empty blocks where numbers are left out.
 * @param base what the first one follows.
 * @throws SimulationError when numbers or times do not ascend, or there are too many.
 */
export function placeBlocks(blocks: readonly SimulatedBlock[], base: BlockHeader): PlacedBlock[] {
  const placed: PlacedBlock[] = []
  let last = { number: base.number, timestamp: base.timestamp }
  for (const block of blocks) {
    const number = block.overrides.number ?? last.number + 1n
    if (number <= last.number) {
      const text = `block numbers must be in order: ${number} <= ${last.number}`
      throw new SimulationError('blockNumber', text)
    }
    if (number - base.number > maxBlocks) {
      throw new SimulationError('tooManyBlocks', `too many blocks: at most ${maxBlocks}`)
    }
    while (last.number + 1n < number) {
      last = { number: last.number + 1n, timestamp: last.timestamp + blockSeconds }
      placed.push({ block: empty, ...last })
    }
    const timestamp = block.overrides.time ?? last.timestamp + blockSeconds
    if (timestamp <= last.timestamp) {
      const text = `block timestamps must be in order: ${timestamp} <= ${last.timestamp}`
      throw new SimulationError('blockTimestamp', text)
    }
    last = { number, timestamp }
    placed.push({ block, ...last })
  }
  return placed
}
