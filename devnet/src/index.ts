export { createDevnet, type Devnet, type DevnetOptions } from './devnet.js'
export { type AccountOptions, type DevAccount, devAccounts } from './node/accounts.js'
export { TimestampError } from './node/clock.js'
export { type Hardfork, hardforks, toHardfork, UnknownHardforkError } from './node/common.js'
export { createNode, GenesisModelError } from './node/createNode.js'
export {
  BlockNotFoundError,
  ExecutionRevertedError,
  InvalidCallError,
  PoolError,
  type PoolErrorReason,
  StateUnknownError,
} from './node/errors.js'
export { UnsupportedBlobsError } from './node/kzg.js'
export type * from './node/node.js'
export type { NodeOptions } from './node/options.js'
export { inferenceAddress, registryAddress } from './node/registry.js'
export { UnsupportedSettingError } from './node/settings.js'
export type { DumpOptions } from './node/stateFile/dump.js'
export {
  PreimageMissingError,
  StateFileError,
  StateTooLargeError,
} from './node/stateFile/errors.js'
export type { StateFile } from './node/stateFile/format.js'
export {
  CorruptStoreError,
  DataDirInUseError,
  DataDirMismatchError,
  StorageError,
} from './node/storage/errors.js'
export { BundleError } from './replay/bundles/errors.js'
export type { Manifest } from './replay/bundles/manifest.js'
export type { Divergence } from './replay/compare/divergence.js'
export { ExportError } from './replay/export/errors.js'
export { type ExportOptions, exportChain } from './replay/export/exportChain.js'
export { type FollowEnd, type FollowOptions, follow } from './replay/follow/follow.js'
export type { EngineOutcome, ReplayOutcome } from './replay/outcome.js'
export { type ReplayOptions, replayBundle } from './replay/replay.js'
export { ListenError, PortInUseError, type RpcServer, type ServerOptions } from './rpc/index.js'
