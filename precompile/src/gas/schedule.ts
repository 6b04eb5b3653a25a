import type { Cost } from '../model/cost.js'

export interface GasSchedule {
  /** Changes whenever a number below does; part of genesis. */
  readonly version: string
  /** Gas of one run, without calldata and return words. */
  inference(cost: Cost): bigint
  /** Gas of the words of calldata and return data, of hashing and converting them. */
  words(calldataBytes: number, returnBytes: number): bigint
  /** Gas of registering a model: parsing, session creation and storage of the blob on every node. */
  registration(load: { bytes: number; nodes: number }): bigint
}
