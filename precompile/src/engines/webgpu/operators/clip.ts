import { broadcasting } from './elementwise.js'
import type { Lowering } from './lowering.js'

const LOW = 1
const HIGH = 2

/** Of types of up to 32 bits alone. */
export const clip: Lowering = (context) => {
  const [input, low, high] = [context.input(0), context.inputs[LOW], context.inputs[HIGH]]
  const bounds = [low, high].flatMap((bound) => (bound ? [{ ...bound, shape: [], count: 1 }] : []))
  const narrow = (value: string, ...names: string[]) => {
    const raised = low ? `max(${value}, ${names[0]})` : value
    return high ? `min(${raised}, ${names.at(-1)})` : raised
  }
  return [broadcasting(context, [input, ...bounds], { narrow, wide: () => '', isModular: true })]
}
