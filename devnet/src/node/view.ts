import type { Common } from '@ethereumjs/common'
import type { EVM, EVMMockBlockchainInterface } from '@ethereumjs/evm'
import { createAddressFromString } from '@ethereumjs/util'
import { createVM, type VM } from '@ethereumjs/vm'
import type { InferencePrecompile } from '@lockstep/precompile'
import { ConsoleRecorder } from './console.js'
import { OverlayDatabase, type StateReader } from './database.js'
import type { ForkedState } from './fork/remoteState.js'
import { InferenceRecorder } from './inference.js'
import { ChainEvm } from './interpreter/chainEvm.js'
import { openState } from './openState.js'
import { inferenceAddress } from './registry.js'
import type { ChainState } from './state.js'

/** What a view is made on. */
export interface ViewSource {
  readonly common: Common
  readonly database: StateReader
  /** What the state stands on where the chain is a fork. */
  readonly remote: ForkedState | undefined
  /** Undefined on a chain without inference. */
  readonly inference: InferencePrecompile | undefined
  /** Cancels inferences when the node closes. */
  readonly signal: AbortSignal
  readonly onKey?: (key: Uint8Array) => void
  /** Hash of an ancestor, for BLOCKHASH. */
  blockHash(number: bigint): Promise<Uint8Array>
}

/**
 * An EVM over a state of its own: what runs here is seen by nothing else until somebody stores it.
 * One view runs one thing at a time.
 */
export interface View {
  readonly common: Common
  readonly vm: VM
  readonly evm: EVM
  readonly state: ChainState
  readonly recorder: InferenceRecorder
  readonly console: ConsoleRecorder
  /** What was written here, above the database of the source. */
  readonly written: OverlayDatabase
  /**
   * Another view, that starts from what this one holds now.
   * @param change what differs there beside the state.
   */
  fork(change?: Partial<Pick<ViewSource, 'common' | 'blockHash'>>): Promise<View>
}

/** Opens a view on the state with this root. */
export async function createView(source: ViewSource, root: Uint8Array): Promise<View> {
  const common = source.common.copy()
  const overlay = new OverlayDatabase(source.database)
  const { remote, onKey } = source
  const state = openState({ database: overlay, root, common, remote, ...(onKey && { onKey }) })
  const recorder = new InferenceRecorder(source.signal)
  const blockchain = ancestors(source)
  const evm = new ChainEvm({
    common,
    stateManager: state,
    blockchain,
    customPrecompiles: source.inference
      ? [
          {
            address: createAddressFromString(inferenceAddress),
            function: recorder.precompile(source.inference),
          },
        ]
      : [],
  })
  evm.events.on('beforeMessage', () => state.reveal())
  recorder.attach(evm)
  const console = new ConsoleRecorder()
  console.attach(evm)
  const vm = await createVM({ common, stateManager: state, evm, blockchain: blockchain as never })
  return {
    common,
    vm,
    evm,
    state,
    recorder,
    console,
    written: overlay,
    fork: async (change = {}) =>
      createView({ ...source, ...change, database: overlay }, await state.getStateRoot()),
  }
}

/** The part of a blockchain that an EVM reads. */
function ancestors(source: ViewSource): EVMMockBlockchainInterface {
  const chain: EVMMockBlockchainInterface = {
    getBlock: async (number) => {
      const hash = await source.blockHash(BigInt(number))
      return { hash: () => hash }
    },
    putBlock: async () => {},
    shallowCopy: () => chain,
  }
  return chain
}
