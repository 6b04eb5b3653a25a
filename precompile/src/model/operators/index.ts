import { activation } from './activation.js'
import { control } from './control.js'
import { convolution } from './convolution.js'
import { elementwise } from './elementwise.js'
import { features } from './features.js'
import { gathers } from './gather.js'
import { generate } from './generate.js'
import { joins } from './join.js'
import { matmul } from './matmul.js'
import { normalization } from './normalization.js'
import type { OperatorTable } from './operator.js'
import { pooling } from './pooling.js'
import { quantize } from './quantize.js'
import { recurrent } from './recurrent.js'
import { reduction } from './reduction.js'
import { resizes } from './resize.js'
import { shapes } from './shape.js'
import { trees } from './trees.js'

/** Every admitted operator: `Op`, or `ai.onnx.ml.Op`. Constant is not among them: it is read as a weight. */
export const operators: OperatorTable = {
  ...activation,
  ...control,
  ...convolution,
  ...elementwise,
  ...features,
  ...gathers,
  ...generate,
  ...joins,
  ...matmul,
  ...normalization,
  ...pooling,
  ...quantize,
  ...recurrent,
  ...reduction,
  ...resizes,
  ...shapes,
  ...trees,
}
