import {
  type Account,
  type Address,
  type BlockTag,
  type Client,
  ContractFunctionZeroDataError,
} from 'viem'
import { inferenceAddress, modelRegistryAddress } from './addresses.js'
import { InferenceUnavailableError, toTypedError } from './errors/node.js'
import { findCause } from './errors/revert.js'

/** Where a read looks: a block, and who asks. */
export type ReadOptions = {
  /** Address that the call comes from. */
  readonly account?: Account | Address | undefined
  /** Gas that the call may use. Default: the node's own cap. */
  readonly gas?: bigint | undefined
} & (
  | { readonly blockNumber?: bigint | undefined; readonly blockTag?: undefined }
  | { readonly blockTag?: BlockTag | undefined; readonly blockNumber?: undefined }
)

/** The precompile's address: the chain's own entry, else the one that every Lockstep chain uses. */
export function inferenceAddressOf(client: Client): Address {
  return contractOf(client, 'inference') ?? inferenceAddress
}

/** The registry's address: the chain's own entry, else the one that every Lockstep chain uses. */
export function modelRegistryAddressOf(client: Client): Address {
  return contractOf(client, 'modelRegistry') ?? modelRegistryAddress
}

function contractOf(client: Client, name: string): Address | undefined {
  const entry = (client.chain?.contracts as Record<string, { address?: Address }> | undefined)?.[
    name
  ]
  return entry?.address
}

/** The options of a read that viem's `readContract` takes. */
export function readOptionsOf({
  account,
  gas,
  blockNumber,
  blockTag,
}: ReadOptions): Record<string, unknown> {
  return {
    ...(account !== undefined && { account }),
    ...(gas !== undefined && { gas }),
    ...(blockNumber !== undefined && { blockNumber }),
    ...(blockTag !== undefined && { blockTag }),
  }
}

/** Runs a read and turns what it throws into this package's errors. */
export async function readTyped<T>(read: () => Promise<T>): Promise<T> {
  try {
    return await read()
  } catch (error) {
    if (findCause(error, (cause) => cause instanceof ContractFunctionZeroDataError)) {
      throw new InferenceUnavailableError(error)
    }
    throw toTypedError(error)
  }
}
