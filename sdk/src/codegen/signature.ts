import type { ModelDescription, ModelEncoding, ModelTensor } from '../rpc.js'
import type { ModelSource } from './config.js'
import { requireDistinct, toParameter, toProperty } from './names.js'

/** Longer tensors are lists: a tuple of them helps nobody. */
const longestTuple = 32

/** A tensor as generated code names and types it. */
export interface Port {
  /** In the model. */
  readonly tensor: string
  /** In TypeScript. */
  readonly property: string
  /** In Solidity. */
  readonly name: string
  readonly dtype: number
  readonly shape: readonly number[]
  /** Elements; undefined where the caller chooses a dimension. */
  readonly length: number | undefined
  readonly isTuple: boolean
  readonly isScalar: boolean
  /** Such as `float32[1, 8], daily return, 18 decimals`. */
  readonly summary: string
  readonly encoding: ModelEncoding | undefined
}

/** What code is generated from: of what `lockstep inspect --json` prints. */
export type DescribedModel = Pick<
  ModelDescription,
  'id' | 'class' | 'bytes' | 'inputs' | 'outputs' | 'encodings' | 'gas'
>

/** A model as generated code calls it. */
export interface Signature {
  readonly name: string
  readonly description: DescribedModel
  readonly docs: string
  readonly inputs: readonly Port[]
  readonly outputs: readonly Port[]
  /** Whether `infer` carries it: one input and one output, with at most one open dimension. */
  readonly isSimple: boolean
}

const dtypeNames: Readonly<Record<number, string>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
}
const floats = new Set([1, 10, 11, 16])

/** What is known of a model, in the words of code. */
export function signatureOf(
  name: string,
  description: DescribedModel,
  source: ModelSource,
): Signature {
  const { inputs, outputs, encodings } = description
  const open = inputs.flatMap(({ shape }) => shape).filter((dim) => dim < 0).length
  const isSimple = inputs.length === 1 && outputs.length === 1 && open <= 1
  const ports = (tensors: readonly ModelTensor[], kind: 'input' | 'output') => {
    const coded = encodings?.[`${kind}s`]
    return tensors.map((tensor, index) =>
      portOf(tensor, { index, kind, source, isSimple, encoding: coded?.[index] ?? undefined }),
    )
  }
  const signature = { inputs: ports(inputs, 'input'), outputs: ports(outputs, 'output') }
  const all = [...signature.inputs, ...signature.outputs]
  requireDistinct(
    all.map((port) => port.property),
    `tensors of ${name}`,
  )
  return { name, description, docs: oneLine(source.docs ?? ''), ...signature, isSimple }
}

interface PortOptions {
  readonly index: number
  readonly kind: 'input' | 'output'
  readonly source: ModelSource
  /** Whether values travel as numbers, and not as the bytes of a tensor. */
  readonly isSimple: boolean
  readonly encoding: ModelEncoding | undefined
}

function portOf({ name: tensor, dtype, shape }: ModelTensor, options: PortOptions): Port {
  const { index, kind, source, isSimple, encoding } = options
  const { unit, docs } = source.tensors?.[tensor] ?? {}
  const isOpen = shape.some((dim) => dim < 0)
  const length = isOpen ? undefined : shape.reduce((product, dim) => product * dim, 1)
  const dims = shape.map((dim) => (dim < 0 ? 'any' : dim)).join(', ')
  const form = isSimple && (floats.has(dtype) ? '18 decimals' : 'integers')
  const summary = [`${dtypeNames[dtype] ?? `type ${dtype}`}[${dims}]`, unit, form, docs]
  const property = toProperty(tensor, index, kind)
  return {
    tensor,
    property,
    name: toParameter(property),
    dtype,
    shape,
    length,
    isTuple: length !== undefined && length > 0 && length <= longestTuple,
    isScalar: length === 1,
    summary: oneLine(summary.filter(Boolean).join(', ')),
    encoding,
  }
}

/** Words of somebody else's in a comment: nothing in them may end it. */
export function oneLine(text: string): string {
  return text
    .replace(/[\s\p{Cc}\p{Cf}]+/gu, ' ')
    .replaceAll('*/', '* /')
    .trim()
}
