import { Dtype, elementCount, type Shape, type Tensor } from '../../tensor.js'
import { channelConstant } from './affine.js'
import { batchNormalizationOf } from './batchNormalization.js'
import {
  type FloatGraph,
  type FloatNode,
  type FloatValue,
  floatNode,
  inferFloatValues,
  namesOf,
  namesRead,
} from './float.js'
import { floatTensor, numbersOf } from './numbers.js'

/** What a node makes of each channel: x · factor + offset. */
interface Affine {
  readonly factors: readonly number[]
  readonly offsets: readonly number[]
}

/** The operators that may go into a Conv, and what each makes of a channel; undefined where it is more than that. */
const AFFINE: Readonly<Record<string, (node: FloatNode, given: Given) => Affine | undefined>> = {
  Add: (_, given) => shifted(given.channels(0) ?? given.channels(1), 1),
  BatchNormalization: normalized,
  Div: (_, given) => scaled(given.channels(1)?.map((divisor) => 1 / divisor)),
  Mul: (_, given) => scaled(given.channels(0) ?? given.channels(1)),
  Sub: (_, given) => shifted(given.channels(1), -1),
}

const CHANNELS = 1
const CONVOLUTIONS: ReadonlySet<string> = new Set(['Conv', 'ConvTranspose'])

/**
 * Puts what scales and shifts the channels of a Conv into its weights and biases: a normalization, factors, offsets. The
 * scale of its sums is then planned for what comes of all of them, instead of being changed after each.
 */
export function mergeIntoConvs(graph: FloatGraph): FloatGraph {
  const merger = new Merger(graph)
  for (const node of graph.nodes) merger.take(node)
  return merger.result()
}

class Merger {
  private readonly constants: Map<string, Tensor>
  private readonly taken: Set<string>
  private readonly values: ReadonlyMap<string, FloatValue>
  private readonly readings = new Map<string, number>()
  /** What stands for each node; none where it went into a Conv before it. */
  private readonly merged = new Map<FloatNode, FloatNode | undefined>()
  /** The Conv of the given graph that a value is now made by. */
  private readonly convs = new Map<string, FloatNode>()

  constructor(private readonly graph: FloatGraph) {
    this.constants = new Map(graph.constants)
    this.taken = namesOf(graph)
    this.values = inferFloatValues(graph)
    for (const name of [...graph.outputs, ...graph.nodes.flatMap(namesRead)]) {
      this.readings.set(name, (this.readings.get(name) ?? 0) + 1)
    }
  }

  take(node: FloatNode): void {
    const [output = ''] = node.outputs
    if (CONVOLUTIONS.has(node.operator)) {
      this.convs.set(output, node)
      return
    }
    const affineOf = Object.hasOwn(AFFINE, node.operator) ? AFFINE[node.operator] : undefined
    const input = node.inputs.find((name) => this.convs.has(name))
    const conv = input === undefined ? undefined : this.convs.get(input)
    if (!affineOf || !conv || input === undefined || this.readings.get(input) !== 1) return
    const affine = affineOf(node, this.givenOf(node, input))
    const whole = affine && this.merge(this.merged.get(conv) ?? conv, node, affine)
    if (!whole) return
    this.merged.set(conv, whole).set(node, undefined)
    this.convs.set(output, conv)
  }

  result(): FloatGraph {
    if (this.merged.size === 0) return this.graph
    const nodes = this.graph.nodes.flatMap((node) =>
      this.merged.has(node) ? (this.merged.get(node) ?? []) : [node],
    )
    return { ...this.graph, nodes, constants: this.constants }
  }

  private givenOf({ inputs }: FloatNode, conv: string): Given {
    const shape = this.values.get(conv)?.shape ?? []
    const tensor = (index: number) => this.graph.constants.get(inputs[index] ?? '')
    const channels = (index: number) => {
      const given = tensor(index)
      if (given?.dtype !== Dtype.float32) return undefined
      const one = channelConstant({ shape: given.shape, values: numbersOf(given) }, shape)
      if (!one || (one.values.length > 1 && one.axis !== CHANNELS)) return undefined
      return Array.from({ length: shape[CHANNELS] as number }, (_, c) =>
        Number(one.values[one.values.length === 1 ? 0 : c]),
      )
    }
    return { channels, tensor }
  }

  /** The Conv that gives what both give; undefined where a weight is no constant. */
  private merge(conv: FloatNode, node: FloatNode, { factors, offsets }: Affine) {
    const [image = '', kernel = '', bias = ''] = conv.inputs
    const weights = this.constants.get(kernel)
    const given = bias === '' ? undefined : this.constants.get(bias)
    if (weights?.dtype !== Dtype.float32 || (bias !== '' && !given)) return undefined
    const before = given && numbersOf(given)
    const featureOf = featuresOf(conv, weights.shape)
    const products = numbersOf(weights).map(
      (weight, i) => weight * (factors[featureOf(i)] as number),
    )
    const biases = offsets.map((offset, c) => offset + (before?.[c] ?? 0) * (factors[c] as number))
    const names = [
      this.constant(node, 'weights', floatTensor(weights.shape, products)),
      this.constant(node, 'biases', floatTensor([biases.length], biases)),
    ]
    const outputs = [node.outputs[0] as string]
    return floatNode(conv.name, conv.operator, [image, ...names], outputs, conv.attributeProtos)
  }

  private constant({ outputs }: FloatNode, part: string, tensor: Tensor): string {
    let name = `${outputs[0]}/${part}`
    while (this.taken.has(name)) name += '_'
    this.taken.add(name)
    this.constants.set(name, tensor)
    return name
  }
}

/** Which feature a weight is for, by its place in the tensor. */
function featuresOf({ operator, attributes }: FloatNode, shape: Shape): (index: number) => number {
  const terms = elementCount(shape.slice(1))
  if (operator === 'Conv') return (index) => Math.floor(index / terms)
  const [channels = 0, perGroup = 0, ...kernel] = shape
  const [places, inGroup] = [elementCount(kernel), channels / attributes.int('group', 1)]
  return (index) => {
    const block = Math.floor(Math.floor(index / terms) / inGroup)
    return block * perGroup + (Math.floor(index / places) % perGroup)
  }
}

/** The constants that a node is given beside the sums of a Conv. */
interface Given {
  /** One number a channel; undefined where an input is no such constant. */
  channels(index: number): readonly number[] | undefined
  tensor(index: number): Tensor | undefined
}

function scaled(factors: readonly number[] | undefined): Affine | undefined {
  if (!factors?.every(Number.isFinite)) return undefined
  return { factors, offsets: factors.map(() => 0) }
}

function shifted(offsets: readonly number[] | undefined, sign: 1 | -1): Affine | undefined {
  return offsets && { factors: offsets.map(() => 1), offsets: offsets.map((one) => sign * one) }
}

function normalized(node: FloatNode, { tensor }: Given): Affine | undefined {
  const given = [1, 2, 3, 4].map(tensor)
  if (given.includes(undefined)) return undefined
  const [gamma, beta, mean, variance] = given.map((one) => numbersOf(one as Tensor)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ]
  const epsilon = node.attributes.float('epsilon', 1e-5)
  return batchNormalizationOf({ gamma, beta, mean, variance, epsilon })
}
