import { modelBytes, nodeProto, tensorProto, valueProto } from '../../exact/compile/proto.js'
import type { IntegerDtype } from '../../exact/tensor.js'
import { Dtype, type Shape, type Tensor } from '../../tensor.js'
import { Elements, tensorOf } from './operand.js'

/** A small convolutional network of exact operators, as a compiled reader of digits is: what engines may fuse, and a measure of their speed. */
export interface KnownNetwork {
  readonly bytes: Uint8Array
  readonly inputs: readonly Tensor[]
}

const { uint8, int32 } = Dtype
const SIDE = 28
const CHANNELS = [1, 32, 64] as const
const CLASSES = 10

/** Two convolutions with what requantises them, two poolings, one product: 4 million multiply-accumulates. */
export function writeKnownNetwork(): KnownNetwork {
  const network = new Network()
  network.convolve('c1', 'x', CHANNELS[0], CHANNELS[1], 700)
  network.convolve('c2', 'c1', CHANNELS[1], CHANNELS[2], 4_000)
  network.add('Flatten', ['c2'], 'f', { axis: 1n })
  const features = CHANNELS[2] * (SIDE / 4) ** 2
  network.weigh('w', uint8, [features, CLASSES])
  network.add(
    'MatMulInteger',
    ['f', 'w', network.constant(uint8, 0), network.constant(uint8, 128)],
    'y',
  )
  const shape = [1, 1, SIDE, SIDE]
  return { bytes: network.bytes(shape), inputs: [network.noise(uint8, shape)] }
}

class Network {
  readonly #nodes: ReturnType<typeof nodeProto>[] = []
  readonly #weights: ReturnType<typeof tensorProto>[] = []
  readonly #elements = new Elements(7)

  /** A convolution, its requantisation to uint8, and a pooling by two. */
  convolve(name: string, from: string, channels: number, features: number, divisor: number): void {
    this.weigh(`${name}_w`, uint8, [features, channels, 3, 3])
    this.weigh(`${name}_b`, int32, [features, 1, 1], { low: -50_000n, high: 50_000n })
    this.weigh(`${name}_d`, int32, [features, 1, 1], {
      low: BigInt(divisor),
      high: BigInt(2 * divisor),
    })
    const weights = [`${name}_w`, this.constant(uint8, 0), this.constant(uint8, 128)]
    this.add('ConvInteger', [from, ...weights], `${name}_s`, { pads: [1n, 1n, 1n, 1n] })
    this.add('Add', [`${name}_s`, `${name}_b`], `${name}_a`)
    this.add('Div', [`${name}_a`, `${name}_d`], `${name}_q`)
    const bounds = [this.constant(int32, 0), this.constant(int32, 255)]
    this.add('Clip', [`${name}_q`, ...bounds], `${name}_l`)
    this.add('Cast', [`${name}_l`], `${name}_u`, { to: BigInt(uint8) })
    const window = { kernel_shape: [2n, 2n], strides: [2n, 2n] }
    this.add('MaxPool', [`${name}_u`], name, window)
  }

  add(operator: string, inputs: string[], output: string, attributes = {}): void {
    this.#nodes.push(nodeProto(output, operator, inputs, [output], attributes))
  }

  weigh(name: string, dtype: IntegerDtype, shape: Shape, bounds = {}): void {
    this.#weights.push(tensorProto(name, this.noise(dtype, shape, bounds)))
  }

  constant(dtype: IntegerDtype, element: number): string {
    const name = `k${this.#weights.length}`
    const operand = { dtype, shape: [], elements: [element] }
    this.#weights.push(tensorProto(name, tensorOf(operand, [BigInt(element)])))
    return name
  }

  noise(dtype: IntegerDtype, shape: Shape, bounds = {}): Tensor {
    const operand = { dtype, shape, ...bounds }
    return tensorOf(operand, this.#elements.of(operand, []))
  }

  bytes(shape: Shape): Uint8Array {
    return modelBytes({
      opsets: new Map([['', 17]]),
      nodes: this.#nodes,
      inputs: [valueProto('x', uint8, shape)],
      outputs: [valueProto('y', int32, [1, CLASSES])],
      weights: this.#weights,
    })
  }
}
