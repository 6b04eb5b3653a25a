import type { Hex } from '../node.js'

const ofHeight = (prefix: string) => (height: bigint) =>
  `${prefix}${height.toString(16).padStart(16, '0')}`
const ofHash = (prefix: string) => (hash: Hex) => `${prefix}${hash.slice(2).toLowerCase()}`

/** Keys of a store's rows: a byte that says what the row is, then which. */
export const keyOf = {
  /** Which chain this is. */
  identity: '00',
  /** Where the chain stands. */
  position: '01',
  /** Height of the first block, where that was made elsewhere. */
  first: '02',
  /** How many slots there are for transactions that wait. */
  poolSlots: '03',
  poolSlot: (slot: number) => `17${slot.toString(16).padStart(8, '0')}`,
  block: ofHeight('10'),
  /** Root of the state after a block, which somebody may have changed since. */
  stateRoot: ofHeight('11'),
  /** Work behind a block, itself included, where there is any. */
  totalDifficulty: ofHeight('14'),
  /** Height of the block with a hash. */
  height: ofHash('12'),
  /** Where the transaction with a hash is. */
  transaction: ofHash('13'),
  /** The blob with a versioned hash. */
  blob: ofHash('15'),
  /** What proves the blobs of the transaction with a hash. */
  sidecar: ofHash('16'),
  /** A trie node or code, under EthereumJS's key for it. */
  state: (key: string) => `20${key}`,
} as const
