import { Dtype, type Tensor } from '../tensor.js'
import { node, onnx, value, weight } from './onnx.js'

const { uint8, int32 } = Dtype

/** A chain of exact products that keeps any engine busy: `h0[size, size]` → `h{products}[size, size]`, uint8. */
export function exactLongRun(size: number, products: number): Uint8Array {
  const nodes = Array.from({ length: products }, (_, i) => [
    node('MatMulInteger', [`h${i}`, 'w', 'zero', 'middle'], [`s${i}`]),
    node('Div', [`s${i}`, 'divisor'], [`q${i}`]),
    node('Clip', [`q${i}`, 'least', 'most'], [`c${i}`]),
    node('Cast', [`c${i}`], [`h${i + 1}`], { to: BigInt(uint8) }),
  ]).flat()
  return onnx({
    nodes,
    inputs: [value('h0', uint8, [size, size])],
    outputs: [value(`h${products}`, uint8, [size, size])],
    weights: [
      weight('w', uint8, [size, size], bytesOf(size, 37, 251)),
      weight('zero', uint8, [], Uint8Array.of(0)),
      weight('middle', uint8, [], Uint8Array.of(125)),
      weight('divisor', int32, [], Int32Array.of(700)),
      weight('least', int32, [], Int32Array.of(0)),
      weight('most', int32, [], Int32Array.of(255)),
    ],
  })
}

/** What to give it. */
export function exactLongRunInput(size: number): Tensor {
  return { dtype: uint8, shape: [size, size], data: bytesOf(size, 91, 256) }
}

function bytesOf(size: number, step: number, modulus: number): Uint8Array {
  return Uint8Array.from({ length: size * size }, (_, i) => (i * step) % modulus)
}
