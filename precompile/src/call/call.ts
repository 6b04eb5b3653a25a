import { modelNotFound } from '../abi/revert.js'
import type { GasSchedule } from '../gas/schedule.js'
import type { Model, ModelId } from '../model/model.js'
import type { GasMeter } from './gasMeter.js'
import type { Models } from './models.js'
import type { SharedRuns } from './sharedRuns.js'

/** What the methods of the precompile need to answer one call. */
export interface Call {
  readonly calldata: Uint8Array
  readonly meter: GasMeter
  readonly schedule: GasSchedule
  readonly models: Models
  readonly runs: SharedRuns
  readonly isRegistered: (id: ModelId) => Promise<boolean>
  readonly signal: AbortSignal | undefined
}

/**
 * A model that the calling chain lists.
 * @throws InferenceRevert `ModelNotFound` for one that it does not list
 * @throws ModelBlobMissingError for one that it lists and this node lacks
 * @throws ModelError for one whose bytes this node's validator refuses
 */
export async function registeredModel({ isRegistered, models }: Call, id: ModelId): Promise<Model> {
  if (!(await isRegistered(id))) throw modelNotFound(id)
  return models.require(id)
}
