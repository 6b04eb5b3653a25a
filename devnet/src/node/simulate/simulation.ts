import type { BlockOverrides, CallRequest, Hex, Log, SealedBlock, StateOverrides } from '../node.js'

/** A withdrawal of the consensus layer; the amount is in gwei. */
export interface SimulatedWithdrawal {
  readonly index: bigint
  readonly validatorIndex: bigint
  readonly address: Hex
  readonly amount: bigint
}

export interface SimulatedBlockOverrides extends BlockOverrides {
  readonly blobBaseFee?: bigint
  readonly beaconRoot?: Hex
  readonly withdrawals?: readonly SimulatedWithdrawal[]
}

/** State overrides, and precompiles that answer at another address meanwhile. */
export interface SimulatedState {
  readonly accounts: StateOverrides
  readonly moves: Readonly<Record<Hex, Hex>>
}

/** A block to simulate. */
export interface SimulatedBlock {
  readonly overrides: SimulatedBlockOverrides
  readonly state: SimulatedState
  readonly calls: readonly CallRequest[]
}

export interface Simulation {
  readonly blocks: readonly SimulatedBlock[]
  /** Whether each transfer of ether shows as a log of an ERC-20 transfer. */
  readonly tracesTransfers: boolean
  /** Whether nonces and fees must be right, as in a real block. */
  readonly validates: boolean
}

/** What a simulated call did. */
export interface SimulatedCall {
  readonly success: boolean
  readonly returnData: Hex
  readonly gasUsed: bigint
  /** The most gas in use at a time: what was refunded at the end included. */
  readonly maxUsedGas: bigint
  /** EthereumJS's name of the failure. */
  readonly exception: string | undefined
  readonly logs: readonly Log[]
}

export interface SimulatedResult {
  /** Its transactions carry no signature. */
  readonly sealed: SealedBlock
  /** One for each of its transactions. */
  readonly calls: readonly SimulatedCall[]
}
