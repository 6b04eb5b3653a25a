import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import {
  type AttributeProtoSchema,
  AttributeProto_AttributeType as Kind,
  ModelProtoSchema,
  type NodeProtoSchema,
  TensorProto_DataType,
  type TensorProtoSchema,
  type ValueInfoProtoSchema,
} from 'onnx-buf'

/** ONNX operator sets of the exported graphs, and the version of the file format that came with them. */
const OPSET = 17n
const ML_OPSET = 3n
const IR_VERSION = 8n

const ML_DOMAIN = 'ai.onnx.ml'

export const FLOAT = TensorProto_DataType.FLOAT
export const INT64 = TensorProto_DataType.INT64

export type TensorInit = MessageInitShape<typeof TensorProtoSchema>
export type NodeInit = MessageInitShape<typeof NodeProtoSchema>
type AttributeInit = MessageInitShape<typeof AttributeProtoSchema>
type ValueInit = MessageInitShape<typeof ValueInfoProtoSchema>

/** Bigints are integers, numbers are floats. */
export type AttributeValue =
  | bigint
  | number
  | string
  | readonly bigint[]
  | readonly number[]
  | readonly string[]

/** What an exported file holds. */
export interface OnnxModel {
  readonly name: string
  readonly nodes: readonly NodeInit[]
  readonly inputs: readonly ValueInit[]
  readonly outputs: readonly ValueInit[]
  readonly weights?: readonly TensorInit[]
  /** What `metadata_props` says of units, data and scores. */
  readonly metadata: Readonly<Record<string, string>>
}

/** The bytes of an ONNX file. */
export function toOnnx(model: OnnxModel): Uint8Array {
  const { name, nodes, inputs, outputs, weights = [], metadata } = model
  const usesMl = nodes.some(({ domain }) => domain === ML_DOMAIN)
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion: IR_VERSION,
      producerName: 'lockstep-example-exact',
      opsetImport: [
        { domain: '', version: OPSET },
        ...(usesMl ? [{ domain: ML_DOMAIN, version: ML_OPSET }] : []),
      ],
      metadataProps: Object.entries(metadata).map(([key, value]) => ({ key, value })),
      graph: {
        name,
        node: [...nodes],
        initializer: [...weights],
        input: [...inputs],
        output: [...outputs],
      },
    }),
  )
}

/** A node named after its first output. @param operator - `Op`, or `ml.Op` of the domain `ai.onnx.ml` */
export function node(
  operator: string,
  input: readonly string[],
  output: readonly string[],
  attributes: Readonly<Record<string, AttributeValue>> = {},
): NodeInit {
  const isMl = operator.startsWith('ml.')
  return {
    domain: isMl ? ML_DOMAIN : '',
    opType: isMl ? operator.slice(3) : operator,
    name: output[0] ?? '',
    input: [...input],
    output: [...output],
    attribute: Object.entries(attributes).map(([name, value]) => toAttribute(name, value)),
  }
}

/** A graph input or output; a name stands for a dimension that the caller chooses. */
export function value(
  name: string,
  elemType: TensorProto_DataType,
  dims: readonly (number | string)[],
): ValueInit {
  const dim = dims.map((size) =>
    typeof size === 'string'
      ? { value: { case: 'dimParam' as const, value: size } }
      : { value: { case: 'dimValue' as const, value: BigInt(size) } },
  )
  return { name, type: { value: { case: 'tensorType', value: { elemType, shape: { dim } } } } }
}

/** A weight of float32. */
export function tensor(
  name: string,
  dims: readonly number[],
  values: ArrayLike<number>,
): TensorInit {
  const rawData = new Uint8Array(values.length * 4)
  const view = new DataView(rawData.buffer)
  for (let i = 0; i < values.length; i++) view.setFloat32(4 * i, values[i] as number, true)
  return { name, dataType: FLOAT, dims: dims.map(BigInt), rawData }
}

function toAttribute(name: string, content: AttributeValue): AttributeInit {
  if (typeof content === 'bigint') return { name, type: Kind.INT, i: content }
  if (typeof content === 'number') return { name, type: Kind.FLOAT, f: content }
  if (typeof content === 'string') return { name, type: Kind.STRING, s: utf8(content) }
  switch (typeof content[0]) {
    case 'number':
      return { name, type: Kind.FLOATS, floats: [...(content as number[])] }
    case 'string':
      return { name, type: Kind.STRINGS, strings: (content as string[]).map(utf8) }
    default:
      return { name, type: Kind.INTS, ints: [...(content as bigint[])] }
  }
}

function utf8(text: string): Uint8Array<ArrayBuffer> {
  return new TextEncoder().encode(text)
}
