/** Names of the files of a bundle. */
export const bundleFile = {
  manifest: 'manifest.json',
  /** The chain's genesis, as other clients read it. */
  genesis: 'genesis.json',
  /** The blocks after it, one after another, as other clients import them. */
  chain: 'chain.rlp',
  /** A line a block: the receipts of its transactions, as they are hashed. */
  receipts: 'receipts.jsonl',
  /** A line an inference, in order of execution. */
  inferences: 'inferences.jsonl',
  /** A line for each block after which the state was changed without a block. */
  edits: 'edits.jsonl',
  /** A line for each header, trie node and code of the state that the blocks stand on, where that is not the genesis. */
  state: 'state.jsonl',
  /** A line for the block, and for each account and hash of a block, that were read of a forked chain. */
  fork: 'fork.jsonl',
} as const

const modelPath = /^models\/(0x[0-9a-f]{64})\.onnx$/

/** Where a bundle keeps the model with an id. */
export function modelFile(id: string): string {
  return `models/${id}.onnx`
}

/** The id of the model that a path of a bundle is of; undefined for every other path. */
export function modelOf(path: string): `0x${string}` | undefined {
  return modelPath.exec(path)?.[1] as `0x${string}` | undefined
}

/** Files that every bundle has; those of a state are empty where the genesis makes it. */
export const requiredFiles = [
  bundleFile.genesis,
  bundleFile.chain,
  bundleFile.receipts,
  bundleFile.inferences,
  bundleFile.edits,
  bundleFile.state,
  bundleFile.fork,
] as const

/** The most bytes that a file of a bundle may have. */
export function largestFile(path: string): number {
  const gibi = 2 ** 30
  if (path === bundleFile.manifest) return gibi / 64
  if (path === bundleFile.genesis) return gibi / 4
  // They are read whole.
  if (path === bundleFile.state || path === bundleFile.fork) return gibi / 2
  return modelOf(path) ? gibi / 4 : 64 * gibi
}

/** Whether a bundle may hold a file of this name. */
export function isBundleFile(path: string): boolean {
  return modelOf(path) !== undefined || requiredFiles.some((name) => name === path)
}
