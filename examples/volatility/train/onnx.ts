import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import {
  AttributeProto_AttributeType,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from 'onnx-buf'
import { WINDOW } from '../src/prices.js'
import { FEATURES, FLOOR, HIDDEN, layers, PERCENT } from './network.js'

type TensorInit = MessageInitShape<typeof TensorProtoSchema>
type NodeInit = MessageInitShape<typeof NodeProtoSchema> & { output: [string] }

/** ONNX operator set of the exported graph. */
const OPSET = 17n
/** Version of the ONNX file format that came with it. */
const IR_VERSION = 8n

/**
 * Writes the trained network as an ONNX file: `returns` float32 [1, 8] in, `volatility` float32 [1, 1] out.
 * The features are computed inside the graph, so that a caller passes plain returns.
 * @param metadata what `metadata_props` says of units, data and scores
 */
export function toOnnx(
  parameters: Float64Array,
  metadata: Readonly<Record<string, string>>,
): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: IR_VERSION,
    producerName: 'lockstep-example-volatility',
    opsetImport: [{ domain: '', version: OPSET }],
    metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
    graph: {
      name: 'volatility',
      node: nodes(),
      initializer: initializers(parameters),
      input: [valueInfo('returns', [1, WINDOW])],
      output: [valueInfo('volatility', [1, 1])],
    },
  })
  return toBinary(ModelProtoSchema, model)
}

function nodes(): NodeInit[] {
  const list: NodeInit[] = [
    { opType: 'Mul', input: ['returns', 'percent'], output: ['x'] },
    { opType: 'Mul', input: ['x', 'x'], output: ['squares'] },
    {
      opType: 'ReduceMean',
      input: ['squares'],
      output: ['mean_square'],
      attribute: [{ name: 'axes', type: AttributeProto_AttributeType.INTS, ints: [1n] }],
    },
    { opType: 'Add', input: ['mean_square', 'floor'], output: ['floored'] },
    { opType: 'Sqrt', input: ['floored'], output: ['scale'] },
    { opType: 'Div', input: ['x', 'scale'], output: ['scaled'] },
    { opType: 'Abs', input: ['scaled'], output: ['sizes'] },
    { opType: 'Log', input: ['scale'], output: ['log_scale'] },
    {
      opType: 'Concat',
      input: ['scaled', 'sizes', 'log_scale'],
      output: ['features'],
      attribute: [{ name: 'axis', type: AttributeProto_AttributeType.INT, i: 1n }],
    },
    gemm(['features', 'weights1', 'bias1'], 'inner'),
    { opType: 'Tanh', input: ['inner'], output: ['hidden'] },
    gemm(['hidden', 'weights2', 'bias2'], 'log_ratio'),
    { opType: 'Exp', input: ['log_ratio'], output: ['ratio'] },
    { opType: 'Mul', input: ['scale', 'ratio'], output: ['volatility_percent'] },
    { opType: 'Div', input: ['volatility_percent', 'percent'], output: ['volatility'] },
  ]
  return list.map((node) => ({ ...node, name: node.output[0] }))
}

/** `input · weightsᵀ + bias`. */
function gemm(input: string[], output: string): NodeInit {
  const transposed = { name: 'transB', type: AttributeProto_AttributeType.INT, i: 1n }
  return { opType: 'Gemm', input, output: [output], attribute: [transposed] }
}

function initializers(parameters: Float64Array): TensorInit[] {
  const { weights1, bias1, weights2, bias2 } = layers(parameters)
  return [
    tensor('percent', [], [PERCENT]),
    tensor('floor', [], [FLOOR]),
    tensor('weights1', [HIDDEN, FEATURES], weights1),
    tensor('bias1', [HIDDEN], bias1),
    tensor('weights2', [1, HIDDEN], weights2),
    tensor('bias2', [1], bias2),
  ]
}

function tensor(name: string, dims: number[], values: ArrayLike<number>): TensorInit {
  const rawData = new Uint8Array(values.length * 4)
  const view = new DataView(rawData.buffer)
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i] as number, true)
  return { name, dataType: TensorProto_DataType.FLOAT, dims: dims.map(BigInt), rawData }
}

function valueInfo(name: string, dims: number[]): MessageInitShape<typeof ValueInfoProtoSchema> {
  const dim = dims.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }))
  const value = { elemType: TensorProto_DataType.FLOAT, shape: { dim } }
  return { name, type: { value: { case: 'tensorType', value } } }
}
