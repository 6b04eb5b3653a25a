import { clone, create, type MessageInitShape, toBinary } from '@bufbuild/protobuf'
import {
  type AttributeProto,
  AttributeProtoSchema,
  ModelProtoSchema,
  type NodeProto,
  NodeProtoSchema,
  type TensorProto,
  TensorProtoSchema,
  AttributeProto_AttributeType as Type,
  type ValueInfoProto,
  ValueInfoProtoSchema,
} from 'onnx-buf'
import { operatorNameOf } from '../../model/graph/lookup.js'
import type { Shape, Tensor } from '../../tensor.js'
import { bytesPerElement, Dtype, type Dtype as ElementType, elementCount } from '../../tensor.js'

/** Attributes of a node to write. Bigints are integers, numbers are floats. */
export type AttributeValues = Readonly<
  Record<string, bigint | number | string | readonly bigint[] | readonly number[]>
>

const EXACT_IR_VERSION = 8n

/** What an ONNX file is written from. */
export interface ModelParts {
  readonly opsets: ReadonlyMap<string, number>
  readonly nodes: readonly NodeProto[]
  readonly inputs: readonly ValueInfoProto[]
  readonly outputs: readonly ValueInfoProto[]
  readonly weights: readonly TensorProto[]
  readonly metadata?: readonly { readonly key: string; readonly value: string }[]
}

/** The bytes of an ONNX file. */
export function modelBytes(parts: ModelParts): Uint8Array {
  const opsetImport = [...parts.opsets].map(([domain, version]) => ({
    domain,
    version: BigInt(version),
  }))
  const graph = {
    name: 'exact',
    node: [...parts.nodes],
    input: [...parts.inputs],
    output: [...parts.outputs],
    initializer: [...parts.weights],
  }
  const model = create(ModelProtoSchema, {
    irVersion: EXACT_IR_VERSION,
    producerName: 'lockstep',
    opsetImport,
    graph,
    metadataProps: [...(parts.metadata ?? [])],
  })
  return toBinary(ModelProtoSchema, model)
}

/** @param operator - `Op`, or `domain.Op` outside the default domain. */
export function nodeProto(
  name: string,
  operator: string,
  input: readonly string[],
  output: readonly string[],
  attributes: AttributeValues | readonly AttributeProto[] = {},
): NodeProto {
  const dot = operator.lastIndexOf('.')
  const attribute = Array.isArray(attributes)
    ? attributes.map((proto) => clone(AttributeProtoSchema, proto))
    : Object.entries(attributes as AttributeValues).map(([key, value]) => attributeOf(key, value))
  return create(NodeProtoSchema, {
    domain: operator.slice(0, Math.max(0, dot)),
    opType: operator.slice(dot + 1),
    name,
    input: [...input],
    output: [...output],
    attribute,
  })
}

/** `Op`, or `domain.Op` outside the default domain. */
export function operatorOf({ domain, opType }: NodeProto): string {
  return operatorNameOf(domain, opType)
}

function attributeOf(
  name: string,
  value: AttributeValues[string],
): MessageInitShape<typeof AttributeProtoSchema> {
  if (typeof value === 'bigint') return { name, type: Type.INT, i: value }
  if (typeof value === 'number') return { name, type: Type.FLOAT, f: value }
  if (typeof value === 'string') {
    return { name, type: Type.STRING, s: new TextEncoder().encode(value) }
  }
  return typeof value[0] === 'number'
    ? { name, type: Type.FLOATS, floats: value as number[] }
    : { name, type: Type.INTS, ints: value as bigint[] }
}

export function valueProto(name: string, dtype: ElementType, shape: Shape): ValueInfoProto {
  const dim = shape.map((size) => ({ value: { case: 'dimValue' as const, value: BigInt(size) } }))
  return create(ValueInfoProtoSchema, {
    name,
    type: { value: { case: 'tensorType', value: { elemType: dtype, shape: { dim } } } },
  })
}

export function tensorProto(name: string, { dtype, shape, data }: Tensor): TensorProto {
  return create(TensorProtoSchema, {
    name,
    dataType: dtype,
    dims: shape.map(BigInt),
    rawData: Uint8Array.from(data),
  })
}

/** A tensor of the file, already checked by the validator, with its elements as bytes. */
export function tensorOf(proto: TensorProto): Tensor {
  const dtype = proto.dataType as ElementType
  const shape = proto.dims.map(Number)
  const count = elementCount(shape)
  if (proto.rawData.length === count * bytesPerElement(dtype)) {
    return { dtype, shape, data: Uint8Array.from(proto.rawData) }
  }
  const data = new Uint8Array(count * bytesPerElement(dtype))
  const view = new DataView(data.buffer)
  for (let i = 0; i < count; i++) writeListed(view, i, dtype, proto)
  return { dtype, shape, data }
}

function writeListed(view: DataView, i: number, dtype: ElementType, proto: TensorProto): void {
  const wide = (value: bigint | undefined) => BigInt(value ?? 0n)
  const width = bytesPerElement(dtype)
  const at = i * width
  const value = proto.int32Data[i] ?? 0
  if (dtype === Dtype.float32) view.setFloat32(at, proto.floatData[i] ?? 0, true)
  else if (dtype === Dtype.float64) view.setFloat64(at, proto.doubleData[i] ?? 0, true)
  else if (dtype === Dtype.int64) view.setBigInt64(at, wide(proto.int64Data[i]), true)
  else if (dtype === Dtype.uint64) view.setBigUint64(at, wide(proto.uint64Data[i]), true)
  else if (dtype === Dtype.uint32) view.setUint32(at, Number(proto.uint64Data[i] ?? 0n), true)
  else if (width === 4) view.setInt32(at, value, true)
  else if (width === 2) view.setInt16(at, value, true)
  else view.setInt8(at, value)
}
