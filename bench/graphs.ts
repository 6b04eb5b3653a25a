import { Dtype } from '@lockstep/precompile'
import { node, onnx, value, weight } from '../precompile/src/testing/onnx.js'
import { type BenchModel, float32 } from './models.js'

/** Graphs of one operator each, and graphs that look cheap: where a price would be wrong, it shows here. */
export function adversarialGraphs(): readonly BenchModel[] {
  return [
    matmul(64),
    matmul(512),
    tinyRows(4096),
    conv('convolution 3×3, 32 channels', [1, 32, 64, 64], [32, 32, 3, 3], 1n),
    conv('depthwise convolution 3×3', [1, 64, 64, 64], [64, 1, 3, 3], 64n),
    conv('convolution 1×1', [1, 64, 64, 64], [64, 64, 1, 1], 1n),
    chain('2,000 tiny nodes', 'Abs', [1, 4], 2000),
    chain('elementwise, 1M elements', 'Abs', [1, 1_048_576], 8),
    chain('exponential', 'Sigmoid', [1, 262_144], 4),
    chain('library function', 'Sin', [1, 262_144], 2),
    chain('softmax', 'Softmax', [256, 1024], 2),
    transpose(),
    gather(),
    resize(),
    expand(),
    concat(),
    topK(),
  ]
}

function graph(
  name: string,
  shape: readonly number[],
  nodes: ReturnType<typeof node>[],
  weights: ReturnType<typeof weight>[] = [],
): BenchModel {
  const bytes = onnx({
    nodes,
    inputs: [value('x', Dtype.float32, shape)],
    outputs: [{ name: 'y', type: untyped() }],
    weights,
  })
  return { name, bytes, inputs: (round) => [float32(shape, round, 1)] }
}

/** The graph decides the output's shape. */
function untyped() {
  return { value: { case: 'tensorType' as const, value: { elemType: Dtype.float32 } } }
}

function floats(name: string, shape: readonly number[]) {
  const length = shape.reduce((product, dim) => product * dim, 1)
  return weight(
    name,
    Dtype.float32,
    shape,
    Float32Array.from({ length }, (_, i) => Math.sin(i)),
  )
}

function matmul(size: number): BenchModel {
  const nodes = [node('MatMul', ['x', 'w'], ['y'])]
  return graph(`matmul ${size}³`, [size, size], nodes, [floats('w', [size, size])])
}

function tinyRows(rows: number): BenchModel {
  const nodes = [node('MatMul', ['x', 'w'], ['y'])]
  return graph(`matmul ${rows}×4×4`, [rows, 4], nodes, [floats('w', [4, 4])])
}

function conv(name: string, input: readonly number[], kernel: readonly number[], group: bigint) {
  const nodes = [node('Conv', ['x', 'w'], ['y'], { group })]
  return graph(name, input, nodes, [floats('w', kernel)])
}

function chain(name: string, operator: string, shape: readonly number[], length: number) {
  const nodes = Array.from({ length }, (_, i) =>
    node(operator, [i === 0 ? 'x' : `t${i}`], [i === length - 1 ? 'y' : `t${i + 1}`]),
  )
  return graph(name, shape, nodes)
}

function transpose(): BenchModel {
  const nodes = [node('Transpose', ['x'], ['y'], { perm: [2n, 0n, 1n] })]
  return graph('transposition, 1M elements', [64, 128, 128], nodes)
}

function gather(): BenchModel {
  const indices = weight(
    'i',
    Dtype.int64,
    [200_000],
    BigInt64Array.from({ length: 200_000 }, (_, i) => BigInt((i * 7919) % 1024)),
  )
  return graph('gather, 200k rows of 4', [1024, 4], [node('Gather', ['x', 'i'], ['y'])], [indices])
}

function resize(): BenchModel {
  const scales = weight('s', Dtype.float32, [4], Float32Array.of(1, 1, 64, 64))
  const nodes = [node('Resize', ['x', '', 's'], ['y'], { mode: 'nearest' })]
  return graph('resize ×64', [1, 1, 16, 16], nodes, [scales])
}

function expand(): BenchModel {
  const shape = weight('s', Dtype.int64, [2], BigInt64Array.of(2048n, 1024n))
  return graph('expansion of 1 to 2M', [1, 1], [node('Expand', ['x', 's'], ['y'])], [shape])
}

function concat(): BenchModel {
  const inputs = Array.from({ length: 64 }, () => 'x')
  return graph('concatenation of 64', [1, 16_384], [node('Concat', inputs, ['y'], { axis: 1n })])
}

function topK(): BenchModel {
  const k = weight('k', Dtype.int64, [1], BigInt64Array.of(100n))
  return graph('top 100 of 100k', [1, 100_000], [node('TopK', ['x', 'k'], ['y', 'i'])], [k])
}
