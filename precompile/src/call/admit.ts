import { encodeAbi, word } from '../abi/encode.js'
import { modelRefused } from '../abi/revert.js'
import { GraphRejectedError } from '../engines/engine.js'
import { ModelError } from '../model/errors.js'
import type { Model, ModelId } from '../model/model.js'
import type { Call } from './call.js'
import { loadTimeLimitMs } from './timeLimit.js'

/**
 * `admit`: what the registration of a model costs, charged. Loads the model as far as a run would, so that no model
 * is registered that cannot run.
 * @throws InferenceRevert `ModelRefused` when the validator or the engine refuses the bytes
 * @throws ModelBlobMissingError when this node lacks them: another node may have them
 */
export async function answerAdmit(call: Call, id: ModelId): Promise<Uint8Array> {
  const { meter, schedule, signal } = call
  const start = meter.used
  const charge = (load: Model['loadCost']) => {
    const gas = schedule.registration(load)
    meter.raiseTo(start + gas)
    return gas
  }
  const model = await refusing(id, () =>
    // The size is known before the bytes are parsed, the number of nodes only after.
    call.models.require(id, (bytes) => charge({ bytes, nodes: 0 })),
  )
  const gas = charge(model.loadCost)
  const options = { timeLimitMs: loadTimeLimitMs(model), ...(signal && { signal }) }
  await refusing(id, () => call.runs.engine.warm(model, options))
  return encodeAbi([word(gas)])
}

async function refusing<T>(id: ModelId, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ModelError || error instanceof GraphRejectedError) {
      throw modelRefused(id, error)
    }
    throw error
  }
}
