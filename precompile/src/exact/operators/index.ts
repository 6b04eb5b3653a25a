import { add } from './add.js'
import type { ExactOperator } from './operator.js'

/** Every exact operator by its ONNX name. */
export const exactOperators: Readonly<Record<string, ExactOperator>> = {
  Add: add,
}
