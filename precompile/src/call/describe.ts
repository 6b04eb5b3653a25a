import { array, encodeAbi, integers, tuple, word } from '../abi/encode.js'
import type { ModelId, ValueInfo } from '../model/model.js'
import { type Call, registeredModel } from './call.js'
import { evaluationPrice } from './price.js'

const CLASSES = { pinned: 0, exact: 1 } as const

/** `describe`: the model's `ModelInfo`. */
export async function answerDescribe(call: Call, id: ModelId): Promise<Uint8Array> {
  const { meter, schedule, calldata } = call
  const model = await registeredModel(call, id)
  const info = encodeAbi([
    tuple([
      word(CLASSES[model.class]),
      dtypes(model.inputs),
      shapes(model.inputs),
      dtypes(model.outputs),
      shapes(model.outputs),
      word(model.bytes.length),
      word(evaluationPrice(schedule, model)),
    ]),
  ])
  meter.raiseTo(
    meter.used + schedule.words(calldata.length, info.length) - schedule.words(calldata.length, 0),
  )
  return info
}

function dtypes(values: readonly ValueInfo[]) {
  return integers(values.map(({ dtype }) => dtype))
}

function shapes(values: readonly ValueInfo[]) {
  return array(values.map(({ shape }) => integers(shape)))
}
