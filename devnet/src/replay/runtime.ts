import { CANONICAL_RUNTIME, defaultSchedule, VALIDATOR_VERSION } from '@lockstep/precompile'
import type { LockstepConfig } from '../node/genesis.js'

/** What decides the answers of models in this version of lockstep. */
export const ownConfig: LockstepConfig = {
  schedule: defaultSchedule.version,
  validator: VALIDATOR_VERSION,
  pinnedRuntime: CANONICAL_RUNTIME,
}
