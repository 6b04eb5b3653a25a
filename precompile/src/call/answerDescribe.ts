import { array, encodeAbi, integers, tuple, word } from '../abi/encode.js'
import type { ModelClass, ModelId, ValueInfo } from '../model/model.js'
import { type Call, registeredModel } from './call.js'
import { basePrice } from './price.js'

const CLASS_NUMBER: Readonly<Record<ModelClass, number>> = { pinned: 0, exact: 1 }

/** `describe`: a model's class, inputs, outputs and size, as `ModelInfo`. */
export async function answerDescribe(call: Call, id: ModelId): Promise<Uint8Array> {
  const { calldata, meter, schedule } = call
  const model = await registeredModel(call, id)
  const dtypes = (values: readonly ValueInfo[]) => integers(values.map(({ dtype }) => dtype))
  const shapes = (values: readonly ValueInfo[]) => array(values.map(({ shape }) => integers(shape)))
  const info = tuple([
    word(CLASS_NUMBER[model.class]),
    dtypes(model.inputs),
    shapes(model.inputs),
    dtypes(model.outputs),
    shapes(model.outputs),
    word(model.loadCost.bytes),
    word(basePrice(schedule)),
  ])
  const returnData = encodeAbi([info])
  meter.raiseTo(basePrice(schedule) + schedule.words(calldata.length, returnData.length))
  return returnData
}
