/** Prices of the gas schedule. Every number is a whole number, so that the sum is the same on every machine. */
export interface GasTable {
  /** Changes with every other number here; part of genesis. */
  readonly version: string
  /** Gas of any call: dispatch, the registry's slot, the hop to a worker and back. */
  readonly base: number
  /** Gas of each node that runs. */
  readonly node: number
  /** Float32-equivalent multiply-accumulates for one gas. */
  readonly macsPerGas: number
  /** Element operations, in float32 additions, for one gas. */
  readonly elementOpsPerGas: number
  /** Bytes that nodes read and write, for one gas. */
  readonly bytesMovedPerGas: number
  /** Bytes of weights read, for one gas. */
  readonly weightBytesPerGas: number
  /** Bytes alive at the peak, for one gas. */
  readonly peakBytesPerGas: number
  /** Gas of each 32-byte word of calldata and of return data: decoding, conversion, hashing. */
  readonly word: number
  /** Gas of registering any model. */
  readonly registration: number
  /** Gas of each node of a registered model: parsing, checking, one session on every node. */
  readonly registrationNode: number
  /** Bytes of a registered model's file for one gas. */
  readonly registrationBytesPerGas: number
}

/**
 * The published prices. About 30 gas buy a microsecond on the canonical engine, so that a full block of 30M gas stays
 * near a second; `npm run bench` prints the time per gas of each model beside them.
 */
export const defaultGasTable: GasTable = {
  version: '2',
  base: 8_000,
  node: 80,
  macsPerGas: 720,
  elementOpsPerGas: 96,
  bytesMovedPerGas: 384,
  weightBytesPerGas: 384,
  peakBytesPerGas: 3_072,
  word: 12,
  registration: 30_000,
  registrationNode: 2_400,
  registrationBytesPerGas: 4,
}
