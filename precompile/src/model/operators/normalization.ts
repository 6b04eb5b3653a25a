import { Dtype, elementCount } from '../../tensor.js'
import { broadcastTo } from '../infer/broadcast.js'
import type { NodeContext } from '../infer/context.js'
import { type Dim, FREE } from '../infer/value.js'
import type { Inferred, Operator, OperatorTable } from './operator.js'
import { signature } from './signature.js'
import { FLOATS, SINGLE } from './types.js'
import { Weight } from './weights.js'
import { inputElements, perOutput } from './work.js'

/** Passes over the data: sum, squares, scale. */
const PASSES = 4 * Weight.simple

/** Checks that inputs of one number a channel fit the channels of input 0. */
function perChannel(context: NodeContext, ...indices: readonly number[]): void {
  const channels = context.dim(0, 1)
  for (const index of indices) {
    const [size] = context.expectRank(index, 1)
    context.same(channels, size as Dim, 'the number of channels')
  }
}

const batchNormalization: Operator = {
  signature: signature('T, T, T, T, T -> T, T?, T?, T?, T?', { T: { 7: FLOATS } }),
  infer(context) {
    const { attributes } = context
    const isTraining = attributes.int('training_mode', 0) !== 0 || context.outputCount > 1
    if (isTraining) context.unsupported('training mode', 'Export in inference mode.')
    if (attributes.int('spatial', 1) !== 1) context.unsupported('spatial must be 1')
    perChannel(context, 1, 2, 3, 4)
    return [{ dims: context.dims(0) }]
  },
  work: perOutput(2 * Weight.simple),
}

const instanceNormalization: Operator = {
  signature: signature('T, T, T -> T', { T: { 6: SINGLE } }),
  infer(context) {
    if (context.rank(0) < 3) context.fail('it needs a rank of 3 or more')
    perChannel(context, 1, 2)
    return [{ dims: context.dims(0) }]
  },
  work: (context, outputs) => ({
    milliMacs: 0,
    deciOps:
      perOutput(PASSES)(context, outputs).deciOps +
      Weight.loop * elementCount(context.shape(0).slice(0, 2)),
  }),
}

const groupNormalization: Operator = {
  signature: signature('T, T, T -> T', { T: { 18: FLOATS } }),
  infer(context) {
    const groups = context.attributes.requiredInt('num_groups')
    const channels = context.dim(0, 1)
    if (groups < 1 || (channels !== FREE && channels % groups !== 0)) {
      context.fail(`${channels} channels do not split into ${groups} groups`)
    }
    const want = context.version < 21 ? groups : channels
    for (const index of [1, 2]) {
      const [size] = context.expectRank(index, 1)
      context.same(want, size as Dim, 'the size of scale and bias')
    }
    return [{ dims: context.dims(0) }]
  },
  work: (context, outputs) => ({
    milliMacs: 0,
    // The engine takes it apart into some twenty nodes.
    deciOps:
      perOutput(6 * PASSES)(context, outputs).deciOps +
      4 *
        Weight.loop *
        (context.shape(0)[0] as number) *
        context.attributes.requiredInt('num_groups'),
    workspaceBytes: 16 * inputElements(context, 0),
  }),
}

/** Normalisation over the axes from `axis` on, with a scale and perhaps a bias of their shape. */
function overLastAxes(text: string, since: number): Operator {
  return {
    signature: signature(text, { T: { [since]: FLOATS } }),
    infer(context) {
      const dims = context.dims(0)
      const axis = context.axis(context.attributes.int('axis', -1), dims.length)
      for (const index of [1, 2]) {
        if (context.has(index)) broadcastTo(context, dims, context.dims(index))
      }
      const statistics = dims.map((size, i) => (i < axis ? size : 1))
      return [{ dims }, { dims: statistics }, { dims: statistics }]
    },
    work: (context) => ({
      milliMacs: 0,
      deciOps: PASSES * inputElements(context, 0) + 2 * Weight.loop * rowsBefore(context),
      workspaceBytes: 8 * inputElements(context, 0),
    }),
  }
}

/** Rows that are normalised, each for itself. */
function rowsBefore(context: NodeContext): number {
  const shape = context.shape(0)
  const axis = context.axis(context.attributes.int('axis', -1), shape.length)
  return elementCount(shape.slice(0, axis))
}

function sameShape(check: (context: NodeContext) => void): Operator['infer'] {
  return (context): readonly Inferred[] => {
    check(context)
    return [{ dims: context.dims(0) }]
  }
}

const lrn: Operator = {
  signature: signature('T -> T', { T: { 6: SINGLE } }),
  infer: sameShape((context) => {
    context.expectRank(0, 4)
    const size = context.attributes.requiredInt('size')
    if (size < 1 || size % 2 === 0) context.unsupported('its size must be odd')
  }),
  work: (context, outputs) => {
    const size = context.attributes.requiredInt('size')
    return {
      ...perOutput(Weight.library / 2 + 10 * size)(context, outputs),
      workspaceBytes: 8 * inputElements(context, 0),
    }
  },
}

const lpNormalization: Operator = {
  signature: signature('T -> T', { T: { 6: FLOATS } }),
  infer: sameShape((context) => {
    context.axis(context.attributes.int('axis', -1), context.rank(0))
  }),
  work: (context, outputs) => {
    const shape = context.shape(0)
    const axis = context.axis(context.attributes.int('axis', -1), shape.length)
    const rows = elementCount(shape.with(axis, 1))
    return {
      milliMacs: 0,
      deciOps: perOutput(PASSES)(context, outputs).deciOps + Weight.loop * rows,
    }
  },
}

const meanVarianceNormalization: Operator = {
  signature: signature('T -> T', { T: { 6: [Dtype.float32] } }),
  infer: sameShape((context) => {
    context.expectRank(0, 4)
  }),
  work: (context, outputs) => ({
    ...perOutput(3 * PASSES)(context, outputs),
    workspaceBytes: 8 * inputElements(context, 0),
  }),
}

/** Normalisation. */
export const normalization: OperatorTable = {
  BatchNormalization: batchNormalization,
  InstanceNormalization: instanceNormalization,
  GroupNormalization: groupNormalization,
  LayerNormalization: overLastAxes('T, T, T? -> T, float32?, float32?', 6),
  RMSNormalization: overLastAxes('T, T -> T', 23),
  LRN: lrn,
  LpNormalization: lpNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
}
