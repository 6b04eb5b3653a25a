import { chainControl } from './anvil/chain.js'
import { clock } from './anvil/clock.js'
import { erc20 } from './anvil/erc20.js'
import { impersonation } from './anvil/impersonation.js'
import { mining } from './anvil/mining.js'
import { nodeIdentity } from './anvil/node.js'
import { poolControl } from './anvil/pool.js'
import { reorganisation } from './anvil/reorg.js'
import { stateControl } from './anvil/state.js'
import { debug } from './debug.js'
import { blocks } from './eth/blocks.js'
import { execution } from './eth/execution.js'
import { fees } from './eth/fees.js'
import { logs } from './eth/logs.js'
import { network } from './eth/network.js'
import { sending } from './eth/send.js'
import { signing } from './eth/sign.js'
import { state } from './eth/state.js'
import { subscribing } from './eth/subscribe.js'
import { transactions } from './eth/transactions.js'
import { lockstepInferences } from './lockstep/inferences.js'
import { lockstepModels } from './lockstep/models.js'
import { lockstepRuntime } from './lockstep/runtime.js'
import type { Method } from './method.js'
import { txpool } from './txpool.js'

/** Everything that this node serves. */
export const methods: readonly Method[] = [
  network,
  blocks,
  state,
  transactions,
  execution,
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
  nodeIdentity,
  txpool,
  debug,
  lockstepRuntime,
  lockstepModels,
  lockstepInferences,
].flat()
