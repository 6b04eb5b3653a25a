/** Changes whenever the set of admitted models, an inferred shape or a counted cost does; part of genesis. */
export const VALIDATOR_VERSION = '4'

/** Bounds on a model file and on one run of it. All are part of what every node must agree on. */
export interface ModelLimits {
  /** Bytes of the file. */
  readonly fileBytes: number
  /** Nested messages: graphs in branches, types in types. */
  readonly depth: number
  /** Protobuf messages, texts and byte strings in the file. */
  readonly messages: number
  /** Numbers stored one by one instead of as raw bytes: attributes, dims and the typed data fields. */
  readonly listedNumbers: number
  /** Bytes of all text together: names, documentation, metadata. */
  readonly textBytes: number
  /** Bytes of one name of a value or node. */
  readonly nameBytes: number
  /** Nodes, those of branches included. */
  readonly nodes: number
  /** Weights and constants, those of branches included. */
  readonly tensors: number
  /** Elements of all weights and constants together. */
  readonly weightElements: number
  /** Dimensions of one tensor. */
  readonly rank: number
  /** Bytes alive at one time during a run, without weights. */
  readonly peakBytes: number
  /** Multiply-accumulates and element operations of one run. */
  readonly work: number
}

const MEBI = 1024 * 1024

/** The limits that a chain applies unless its genesis says otherwise. */
export const defaultLimits: ModelLimits = {
  fileBytes: 256 * MEBI,
  depth: 32,
  messages: 1_000_000,
  listedNumbers: 8 * MEBI,
  textBytes: 32 * MEBI,
  nameBytes: 4096,
  nodes: 20_000,
  tensors: 20_000,
  weightElements: 256 * MEBI,
  rank: 16,
  peakBytes: 512 * MEBI,
  work: 1e12,
}
