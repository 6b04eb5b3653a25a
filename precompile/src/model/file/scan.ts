import { type DescField, type DescMessage, ScalarType } from '@bufbuild/protobuf'
import { ModelProtoSchema } from 'onnx-buf'
import { ModelParseError, ModelTooLargeError } from '../errors.js'
import type { ModelLimits } from '../limits.js'

/** Wire types of https://protobuf.dev/programming-guides/encoding/. Groups, 3 and 4, do not occur in ONNX. */
const Wire = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const

/**
 * Walks the bytes of a model without building anything, so that a small file cannot make the parser
 * allocate without bound: two bytes are a whole empty message, one byte a whole number.
 * @throws ModelParseError for bytes that are no protobuf message of this schema.
 * @throws ModelTooLargeError for counts over the limits.
 */
export function scanModel(bytes: Uint8Array, limits: ModelLimits): void {
  if (bytes.length > limits.fileBytes) {
    throw new ModelTooLargeError('the file in bytes', bytes.length, limits.fileBytes)
  }
  new Scanner(bytes, limits).message(ModelProtoSchema, bytes.length, 1)
}

class Scanner {
  private position = 0
  private messages = 0
  private listedNumbers = 0
  private textBytes = 0
  private nodes = 0
  private tensors = 0

  constructor(
    private readonly bytes: Uint8Array,
    private readonly limits: ModelLimits,
  ) {}

  message(schema: DescMessage, end: number, depth: number): void {
    check('the nesting of messages', depth, this.limits.depth)
    this.count(schema)
    const fields = fieldsOf(schema)
    while (this.position < end) {
      const tag = this.varint(end)
      const field = fields.get(Math.floor(tag / 8))
      const wire = tag % 8
      if (wire === Wire.bytes) this.lengthDelimited(field, end, depth)
      else this.single(field, wire, end)
    }
  }

  private count(schema: DescMessage): void {
    check('the number of messages', ++this.messages, this.limits.messages)
    if (schema.typeName === 'onnx.NodeProto') {
      check('the number of nodes', ++this.nodes, this.limits.nodes)
    }
    if (schema.typeName === 'onnx.TensorProto') {
      check('the number of weights and constants', ++this.tensors, this.limits.tensors)
    }
  }

  private lengthDelimited(field: DescField | undefined, end: number, depth: number): void {
    const length = this.varint(end)
    const fieldEnd = this.position + length
    if (fieldEnd > end) throw new ModelParseError(`it ends inside a field, at byte ${end}`)
    if (field?.message !== undefined) {
      this.message(field.message, fieldEnd, depth + 1)
    } else if (field?.fieldKind === 'list' && isNumber(field.scalar)) {
      this.packed(field.scalar, fieldEnd)
    } else if (field !== undefined) {
      check('the number of messages', ++this.messages, this.limits.messages)
      if (field.scalar === ScalarType.STRING) {
        this.textBytes += length
        check('all text in bytes', this.textBytes, this.limits.textBytes)
      }
    }
    this.position = fieldEnd
  }

  private packed(scalar: ScalarType, end: number): void {
    const width = fixedWidth(scalar)
    if (width > 0) {
      this.listedNumbers += Math.ceil((end - this.position) / width)
    } else {
      // The last byte of each varint has its high bit clear.
      for (let i = this.position; i < end; i++) {
        if ((this.bytes[i] as number) < 0x80) this.listedNumbers++
      }
    }
    check('the count of listed numbers', this.listedNumbers, this.limits.listedNumbers)
  }

  private single(field: DescField | undefined, wire: number, end: number): void {
    if (wire === Wire.varint) this.varint(end)
    else if (wire === Wire.fixed64) this.position += 8
    else if (wire === Wire.fixed32) this.position += 4
    else throw new ModelParseError(`wire type ${wire} at byte ${this.position}`)
    if (this.position > end) throw new ModelParseError(`it ends inside a field, at byte ${end}`)
    if (field?.message !== undefined || (field !== undefined && !isNumber(scalarOf(field)))) {
      throw new ModelParseError(`the field ${field.name} has the wrong wire type`)
    }
    if (field?.fieldKind === 'list') {
      check('the count of listed numbers', ++this.listedNumbers, this.limits.listedNumbers)
    }
  }

  private varint(end: number): number {
    let value = 0
    let factor = 1
    for (let i = 0; i < 10; i++) {
      if (this.position >= end) break
      const byte = this.bytes[this.position++] as number
      value += (byte & 0x7f) * factor
      if (byte < 0x80) return value
      factor *= 128
    }
    throw new ModelParseError(`an unfinished number at byte ${this.position}`)
  }
}

function check(what: string, actual: number, limit: number): void {
  if (actual > limit) throw new ModelTooLargeError(what, actual, limit)
}

const fieldTables = new WeakMap<DescMessage, ReadonlyMap<number, DescField>>()

function fieldsOf(schema: DescMessage): ReadonlyMap<number, DescField> {
  let table = fieldTables.get(schema)
  if (table === undefined) {
    table = new Map(schema.fields.map((field) => [field.number, field]))
    fieldTables.set(schema, table)
  }
  return table
}

function scalarOf(field: DescField): ScalarType | undefined {
  return field.enum === undefined ? field.scalar : ScalarType.INT32
}

function isNumber(scalar: ScalarType | undefined): scalar is ScalarType {
  return scalar !== undefined && scalar !== ScalarType.STRING && scalar !== ScalarType.BYTES
}

function fixedWidth(scalar: ScalarType): number {
  if (scalar === ScalarType.FLOAT || scalar === ScalarType.FIXED32) return 4
  if (scalar === ScalarType.DOUBLE || scalar === ScalarType.FIXED64) return 8
  return 0
}
