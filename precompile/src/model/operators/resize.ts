import { Dtype } from '../../tensor.js'
import type { NodeContext } from '../infer/context.js'
import { type Dim, type Dims, FREE, mapDims } from '../infer/value.js'
import type { Inferred, Operator, OperatorTable, Work } from './operator.js'
import { signature } from './signature.js'
import { BYTES } from './types.js'
import { inputElements, outputElements } from './work.js'

const TYPES = { T: { 10: [Dtype.float32, Dtype.int32, ...BYTES] }, F: { 10: [Dtype.float32] } }

function byScales(
  context: NodeContext,
  dims: Dims,
  scales: readonly Dim[],
  axes: readonly number[],
): Dims {
  if (scales.length !== axes.length) context.fail(`${scales.length} scales for ${axes.length} axes`)
  const result = [...dims]
  axes.forEach((axis, i) => {
    const scale = scales[i] as Dim
    if (scale !== FREE && !(scale > 0)) context.fail(`the scale ${scale}`)
    // The engine multiplies in float32 and rounds down.
    result[axis] = mapDims(
      (size, factor) => Math.floor(Math.fround(size * (factor as number))),
      dims[axis] as Dim,
      scale,
    )
  })
  return result
}

function inferResize(context: NodeContext, scalesAt: number, sizesAt: number): readonly Inferred[] {
  const dims = context.dims(0)
  const axes = context.axes(
    context.attributes.ints('axes') ?? dims.map((_, axis) => axis),
    dims.length,
  )
  if (context.attributes.string('keep_aspect_ratio_policy', 'stretch') !== 'stretch') {
    context.unsupported('keep_aspect_ratio_policy is not stretch')
  }
  const sizes = context.has(sizesAt) ? context.numbers(sizesAt) : []
  const scales = context.has(scalesAt) ? context.numbers(scalesAt) : []
  if (sizes === FREE || scales === FREE) return [{ dims: dims.map(() => FREE) }]
  if (sizes.length === 0) return [{ dims: byScales(context, dims, scales, axes) }]
  if (sizes.length !== axes.length) context.fail(`${sizes.length} sizes for ${axes.length} axes`)
  const result = [...dims]
  axes.forEach((axis, i) => {
    result[axis] = sizes[i] as Dim
  })
  return [{ dims: result }]
}

/** Each element of the output mixes a few of the input; smoothing first reads the whole input. */
function resizeWork(context: NodeContext, outputs: readonly Dims[]): Work {
  // The engine has fast ways for images alone.
  const slow = context.rank(0) === 4 ? 1 : 4
  const taps: Readonly<Record<string, number>> = { nearest: 40 * slow, linear: 200 * slow }
  const each = taps[context.attributes.string('mode', 'nearest')] ?? 10_000
  const smoothing = context.attributes.int('antialias', 0) === 0 ? 0 : 120
  return {
    milliMacs: 0,
    deciOps: each * outputElements(outputs) + smoothing * inputElements(context, 0),
    workspaceBytes: 16 * (outputElements(outputs) + inputElements(context, 0)),
  }
}

const resize: Operator = {
  signature: signature('T, *?, F?@11, int64?@11 -> T', TYPES),
  infer: (context) =>
    context.version < 11 ? inferResize(context, 1, 3) : inferResize(context, 2, 3),
  work: resizeWork,
}

const upsample: Operator = {
  signature: signature(
    'T, F?@9 -> T',
    { T: { 7: [Dtype.float32, Dtype.int32, ...BYTES] }, F: { 7: [Dtype.float32] } },
    { since: 7, until: 9 },
  ),
  infer(context) {
    if (context.version >= 9) return inferResize(context, 1, 3)
    const scales = context.attributes.floats('scales') ?? context.fail('it has no scales')
    const dims = context.dims(0)
    return [
      {
        dims: byScales(
          context,
          dims,
          scales,
          dims.map((_, axis) => axis),
        ),
      },
    ]
  },
  work: resizeWork,
}

/** Operators that resample images. */
export const resizes: OperatorTable = { Resize: resize, Upsample: upsample }
