import type { WordSpan } from '../abi/decode.js'
import { encodeAbi, word } from '../abi/encode.js'
import type { ModelId } from '../model/model.js'
import { type Call, registeredModel } from './call.js'
import { evaluate } from './evaluate.js'
import { quotedShapes } from './inputs.js'
import { runPrice } from './price.js'

/** `quote`: what `infer` or `inferTensors` will be charged for inputs of these shapes. */
export async function answerQuote(
  call: Call,
  id: ModelId,
  spans: readonly WordSpan[],
): Promise<Uint8Array> {
  const model = await registeredModel(call, id)
  const shapes = quotedShapes(model, call.calldata, spans)
  const evaluation = evaluate(call, model, shapes)
  return encodeAbi([word(runPrice(call.schedule, model, shapes, evaluation, 0))])
}
