import { Dtype } from '../../tensor.js'
import { type IntegerTensor, zeros } from '../tensor.js'
import { broadcastOffsets } from './broadcast.js'
import type { EvaluateContext, ExactOperator } from './operator.js'

/** Applies a function of integers to each element of broadcast operands; results wrap to the output's type. */
export function elementwise(apply: (...operands: bigint[]) => bigint): ExactOperator['evaluate'] {
  return ({ inputs, outputs: [output] }) => {
    if (!output) throw new RangeError('a node without an output')
    const operands = inputs.filter((input): input is IntegerTensor => input !== undefined)
    const offsets = operands.map(({ shape }) => broadcastOffsets(output.shape, shape))
    const result = zeros(output.dtype, output.shape)
    const narrow = output.dtype !== Dtype.int64
    for (let i = 0; i < result.data.length; i++) {
      const values = operands.map(({ data }, k) =>
        BigInt(data[offsets[k]?.[i] as number] as number),
      )
      const value = apply(...values)
      result.data[i] = narrow ? Number(BigInt.asIntN(32, value)) : BigInt.asIntN(64, value)
    }
    return [result]
  }
}

/** The only output of a node, as a tensor of zeros to fill. */
export function outputOf({ outputs: [output] }: EvaluateContext): IntegerTensor {
  if (!output) throw new RangeError('a node without an output')
  return zeros(output.dtype, output.shape)
}
