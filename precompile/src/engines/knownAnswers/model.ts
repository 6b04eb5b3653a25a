import { create } from '@bufbuild/protobuf'
import { type TensorProto, type ValueInfoProto, ValueInfoProtoSchema } from 'onnx-buf'
import { modelBytes, nodeProto, tensorProto, valueProto } from '../../exact/compile/proto.js'
import { type Encoding, writeEncodings } from '../../exact/encoding.js'
import type { Tensor } from '../../tensor.js'
import type { KnownCase } from './cases.js'
import { boundsOf, Elements, type Operand, tensorOf } from './operand.js'

/** A graph with one node for each case of an operator, and what to give it. */
export interface KnownModel {
  readonly operator: string
  readonly bytes: Uint8Array
  readonly inputs: readonly Tensor[]
  /** Of each output, the number of its case. */
  readonly caseOf: readonly number[]
}

const OPSET = 17

/** Writes the cases of an operator as one model. The same arguments give the same bytes and elements. */
export function writeKnownModel(operator: string, cases: readonly KnownCase[]): KnownModel {
  const writer = new Writer(operator)
  cases.forEach((known, i) => {
    writer.add(known, i)
  })
  return writer.finish()
}

class Writer {
  readonly #nodes: ReturnType<typeof nodeProto>[] = []
  readonly #values: ValueInfoProto[] = []
  readonly #encodings: Encoding[] = []
  readonly #inputs: Tensor[] = []
  readonly #weights: TensorProto[] = []
  readonly #outputs: ValueInfoProto[] = []
  readonly #caseOf: number[] = []

  constructor(private readonly operator: string) {}

  add({ operands, attributes = {}, outputs = 1 }: KnownCase, number: number): void {
    const elements = new Elements(number + 1)
    const earlier: (readonly bigint[])[] = []
    const names = operands.map((operand, i) => {
      if (!operand) return ''
      const name = `x${number}_${i}`
      const values = elements.of(operand, earlier)
      earlier.push(values)
      this.#declare(name, operand, tensorOf(operand, values))
      return name
    })
    const results = Array.from({ length: outputs }, (_, i) => `y${number}_${i}`)
    this.#nodes.push(nodeProto(`case ${number}`, this.operator, names, results, attributes))
    for (const name of results) {
      this.#outputs.push(create(ValueInfoProtoSchema, { name }))
      this.#caseOf.push(number)
    }
  }

  finish(): KnownModel {
    const bytes = modelBytes({
      opsets: new Map([['', OPSET]]),
      nodes: this.#nodes,
      inputs: this.#values,
      outputs: this.#outputs,
      weights: this.#weights,
      metadata: [
        writeEncodings({
          inputs: this.#encodings,
          outputs: this.#outputs.map(() => undefined),
        }),
      ],
    })
    return { operator: this.operator, bytes, inputs: this.#inputs, caseOf: this.#caseOf }
  }

  #declare(name: string, operand: Operand, tensor: Tensor): void {
    if (operand.isConstant) {
      this.#weights.push(tensorProto(name, tensor))
      return
    }
    const [low, high] = boundsOf(operand)
    const scale = { numerator: 1n, denominator: 1n, zero: 0n }
    this.#values.push(valueProto(name, operand.dtype, operand.shape))
    this.#encodings.push({ kind: 'linear', ...scale, low, high })
    this.#inputs.push(tensor)
  }
}
