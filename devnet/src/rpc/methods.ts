import { blobs } from './anvil/blobs.js'
import { chainControl } from './anvil/chain.js'
import { clock } from './anvil/clock.js'
import { erc20 } from './anvil/erc20.js'
import { impersonation } from './anvil/impersonation.js'
import { mining } from './anvil/mining.js'
import { nodeIdentity } from './anvil/node.js'
import { poolControl } from './anvil/pool.js'
import { reorganisation } from './anvil/reorg.js'
import { stateControl } from './anvil/state.js'
import { stateFiles } from './anvil/stateFile.js'
import { debugAccounts } from './debug/accounts.js'
import { debugCode } from './debug/code.js'
import { rawBlocks } from './debug/raw.js'
import { debugTraces } from './debug/traces.js'
import { debugWitness } from './debug/witness.js'
import { blocks } from './eth/blocks.js'
import { manyCalls } from './eth/callMany.js'
import { capabilities } from './eth/capabilities.js'
import { config } from './eth/config.js'
import { execution } from './eth/execution.js'
import { fees } from './eth/fees.js'
import { logs } from './eth/logs.js'
import { network } from './eth/network.js'
import { proofs } from './eth/proof.js'
import { sending } from './eth/send.js'
import { signing } from './eth/sign.js'
import { simulating } from './eth/simulate.js'
import { state } from './eth/state.js'
import { subscribing } from './eth/subscribe.js'
import { transactions } from './eth/transactions.js'
import { lockstepGenesis } from './lockstep/genesis.js'
import { lockstepInferences } from './lockstep/inferences.js'
import { lockstepModels } from './lockstep/models.js'
import { lockstepRuntime } from './lockstep/runtime.js'
import type { Method } from './method.js'
import { otsBlocks } from './ots/blocks.js'
import { otsHistory } from './ots/history.js'
import { otsTransactions } from './ots/transactions.js'
import { traceBlocks } from './trace/blocks.js'
import { traceCallMethods } from './trace/calls.js'
import { traceOpcodeGas } from './trace/opcodeGas.js'
import { traceReplays } from './trace/replay.js'
import { txpool } from './txpool.js'

/** Everything that this node serves. */
export const methods: readonly Method[] = [
  network,
  blocks,
  state,
  proofs,
  config,
  capabilities,
  transactions,
  execution,
  manyCalls,
  simulating,
  fees,
  sending,
  signing,
  logs,
  subscribing,
  stateControl,
  erc20,
  impersonation,
  mining,
  clock,
  chainControl,
  reorganisation,
  poolControl,
  blobs,
  nodeIdentity,
  stateFiles,
  txpool,
  rawBlocks,
  debugTraces,
  debugAccounts,
  debugCode,
  debugWitness,
  traceBlocks,
  traceReplays,
  traceCallMethods,
  traceOpcodeGas,
  otsBlocks,
  otsTransactions,
  otsHistory,
  lockstepGenesis,
  lockstepRuntime,
  lockstepModels,
  lockstepInferences,
].flat()
