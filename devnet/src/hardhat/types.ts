import 'hardhat/types/config'
import 'hardhat/types/network'

/** What `lockstep` in a Hardhat configuration may say. */
export interface LockstepUserConfig {
  /** Folder whose `.onnx` files every devnet registers in genesis, from the project's root. Default: none. */
  readonly models?: string
  /** Further flags of the `lockstep` command, such as `['--hardfork', 'osaka']`. */
  readonly flags?: readonly string[]
  /**
   * Networks that are devnets. Default: `['lockstep']`. With `'default'` among them, `network.create()` reaches one, and
   * so does every test that names no network.
   */
  readonly networks?: readonly string[]
}

/** What a connection to a devnet tells of it. */
export interface LockstepConnection {
  /** JSON-RPC over HTTP, for other clients. */
  readonly url: string
}

declare module 'hardhat/types/config' {
  interface HardhatUserConfig {
    lockstep?: LockstepUserConfig
  }
}

declare module 'hardhat/types/network' {
  interface NetworkConnection<ChainTypeT extends ChainType | string = DefaultChainType> {
    /** Undefined on networks that are no devnets. */
    readonly lockstep: LockstepConnection | undefined
  }
}
