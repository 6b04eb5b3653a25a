import type { Cost } from '../model/cost.js'
import { defaultGasTable, type GasTable } from './table.js'

/** What things cost. A published function of graph and shapes; never of time, engine or memo. */
export interface GasSchedule {
  /** Changes whenever a number of the table does; part of genesis. */
  readonly version: string
  /** Gas of one run, without calldata and return words. */
  inference(cost: Cost): bigint
  /** Gas of the words of calldata and return data, of hashing and converting them. */
  words(calldataBytes: number, returnBytes: number): bigint
  /** Gas of registering a model: parsing, session creation and storage of the blob on every node. */
  registration(load: { bytes: number; nodes: number }): bigint
}

const WORD_BYTES = 32

/**
 * Makes a schedule from a table of prices. With every quotient rounded up,
 *
 * ```
 * inference    = base + node·nodes + macs/macsPerGas + elementOps/elementOpsPerGas
 *              + bytesMoved/bytesMovedPerGas + weightBytes/weightBytesPerGas + peakBytes/peakBytesPerGas
 * words        = word·(⌈calldata/32⌉ + ⌈return/32⌉)
 * registration = registration + registrationNode·nodes + bytes/registrationBytesPerGas
 * ```
 *
 * @param table - Prices; every one a positive whole number.
 */
export function createGasSchedule(table: GasTable = defaultGasTable): GasSchedule {
  return {
    version: table.version,
    inference: (cost) =>
      times(table.base, 1) +
      times(table.node, cost.nodes) +
      share(cost.macs, table.macsPerGas) +
      share(cost.elementOps, table.elementOpsPerGas) +
      share(cost.bytesMoved, table.bytesMovedPerGas) +
      share(cost.weightBytes, table.weightBytesPerGas) +
      share(cost.peakBytes, table.peakBytesPerGas),
    words: (calldataBytes, returnBytes) =>
      BigInt(table.word) * (share(calldataBytes, WORD_BYTES) + share(returnBytes, WORD_BYTES)),
    registration: ({ bytes, nodes }) =>
      times(table.registration, 1) +
      times(table.registrationNode, nodes) +
      share(bytes, table.registrationBytesPerGas),
  }
}

/** The schedule of `defaultGasTable`. */
export const defaultSchedule: GasSchedule = createGasSchedule()

function times(price: number, count: number): bigint {
  return BigInt(price) * BigInt(count)
}

function share(amount: number, perGas: number): bigint {
  const divisor = BigInt(perGas)
  return (BigInt(amount) + divisor - 1n) / divisor
}
