import { type AttributeProto, AttributeProto_AttributeType as Type } from 'onnx-buf'
import { InvalidGraphError, type ModelErrorSite } from '../errors.js'
import { fromInt64 } from '../infer/value.js'

/** The attributes of one node, read by name and type. */
export class Attributes {
  private readonly byName = new Map<string, AttributeProto>()
  /** Lists and texts in the form that operators read: a run must not convert a long one again. */
  private readonly converted = new Map<string, unknown>()

  constructor(
    protos: readonly AttributeProto[],
    private readonly site: ModelErrorSite,
  ) {
    for (const proto of protos) {
      if (this.byName.has(proto.name)) this.fail(`the attribute "${proto.name}" occurs twice`)
      if (proto.refAttrName !== '') this.fail(`"${proto.name}" refers to a function's attribute`)
      this.byName.set(proto.name, proto)
      if (proto.type !== Type.INTS) continue
      // A bigint takes ten times what it takes in the file, for as long as the model is cached.
      this.converted.set(proto.name, proto.ints.map(fromInt64))
      proto.ints = []
    }
  }

  names(): Iterable<string> {
    return this.byName.keys()
  }

  has(name: string): boolean {
    return this.byName.has(name)
  }

  int(name: string, fallback: number): number
  int(name: string): number | undefined
  int(name: string, fallback?: number): number | undefined {
    const proto = this.find(name, Type.INT)
    return proto === undefined ? fallback : fromInt64(proto.i)
  }

  /** @throws InvalidGraphError when the attribute is absent. */
  requiredInt(name: string): number {
    return this.int(name) ?? this.fail(`the attribute "${name}" is missing`)
  }

  ints(name: string): readonly number[] | undefined {
    return this.convert(name, Type.INTS, () => [])
  }

  /** @throws InvalidGraphError when the attribute is absent. */
  requiredInts(name: string): readonly number[] {
    return this.ints(name) ?? this.fail(`the attribute "${name}" is missing`)
  }

  float(name: string, fallback: number): number
  float(name: string): number | undefined
  float(name: string, fallback?: number): number | undefined {
    return this.find(name, Type.FLOAT)?.f ?? fallback
  }

  floats(name: string): readonly number[] | undefined {
    return this.find(name, Type.FLOATS)?.floats
  }

  string(name: string, fallback: string): string {
    return this.convert(name, Type.STRING, ({ s }) => new TextDecoder().decode(s)) ?? fallback
  }

  strings(name: string): readonly string[] | undefined {
    const decoder = new TextDecoder()
    return this.convert(name, Type.STRINGS, ({ strings }) =>
      strings.map((bytes) => decoder.decode(bytes)),
    )
  }

  tensor(name: string) {
    return this.find(name, Type.TENSOR)?.t
  }

  graph(name: string) {
    return this.find(name, Type.GRAPH)?.g
  }

  private convert<T>(name: string, type: Type, from: (proto: AttributeProto) => T): T | undefined {
    const proto = this.find(name, type)
    if (proto === undefined) return undefined
    if (!this.converted.has(name)) this.converted.set(name, from(proto))
    return this.converted.get(name) as T
  }

  private find(name: string, type: Type): AttributeProto | undefined {
    const proto = this.byName.get(name)
    if (proto !== undefined && proto.type !== type) {
      this.fail(`the attribute "${name}" is of the type ${proto.type}, not ${type}`)
    }
    return proto
  }

  private fail(reason: string): never {
    throw new InvalidGraphError(reason, this.site)
  }
}
