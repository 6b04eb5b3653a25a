import {
  bytesPerElement,
  Dtype,
  dtypeName,
  elementCount,
  isFloat,
  type Model,
  readExactGraph,
  type Shape,
  type Tensor,
} from '@lockstep/precompile'

/** What an input of a pinned model must be where noise makes no sense, and the sizes of its open dimensions. */
export interface InputHints {
  readonly shapes?: Readonly<Record<string, Shape>>
  readonly fixed?: Readonly<Record<string, Tensor>>
}

/** Inputs of a model, the same bits for the same seed on every machine: no float arithmetic makes them. */
export function seededInputs(model: Model, seed: number, hints: InputHints = {}): Tensor[] {
  const next = noise(seed)
  return model.class === 'exact' ? exactInputs(model, next) : floatInputs(model, seed, next, hints)
}

/** Within the bounds that the proof relies on; half of the elements are the ends of these and what lies beside them. */
function exactInputs({ bytes }: Model, next: Next): Tensor[] {
  const { graph, slots } = readExactGraph(bytes)
  return graph.inputs.flatMap(({ slot }) => {
    const proved = slots[slot]
    if (!proved) return []
    const { dtype, shape, interval } = proved
    const elements = Array.from({ length: elementCount(shape) }, () => integer(interval, next))
    return [{ dtype, shape, data: integerBytes(dtype, elements) }]
  })
}

function integer({ low, high }: { low: bigint; high: bigint }, next: Next): bigint {
  const span = high - low + 1n
  switch (next() % 8) {
    case 0:
      return low
    case 1:
      return high
    case 2:
      return span > 1n ? low + 1n : low
    case 3:
      return low <= 0n && high >= 0n ? 0n : high
    default:
      return low + (((BigInt(next()) << 32n) | BigInt(next())) % span)
  }
}

function integerBytes(dtype: Dtype, elements: readonly bigint[]): Uint8Array {
  const width = bytesPerElement(dtype)
  const data = new Uint8Array(elements.length * width)
  elements.forEach((element, i) => {
    for (let k = 0; k < width; k++) data[i * width + k] = Number((element >> BigInt(8 * k)) & 0xffn)
  })
  return data
}

function floatInputs(
  { inputs }: Model,
  seed: number,
  next: Next,
  { shapes = {}, fixed = {} }: InputHints,
): Tensor[] {
  return inputs.map(({ name, dtype, shape: declared }) => {
    const given = fixed[name]
    if (given) return given
    if (dtype !== Dtype.float32) {
      throw new TypeError(`Give the ${dtypeName(dtype)} input "${name}" a fixed value.`)
    }
    const shape = shapes[name] ?? declared.map((dim) => (dim < 0 ? 1 : dim))
    const bits = FLOATS[seed % FLOATS.length] as (next: Next) => number
    const words = Uint32Array.from({ length: elementCount(shape) }, () => bits(next))
    return { dtype, shape, data: new Uint8Array(words.buffer) }
  })
}

/** Bits of a float32: sign, exponent, fraction. */
const FLOATS: readonly ((next: Next) => number)[] = [
  // Where rounding and flushing turn over: zeros, ones and their neighbours, the smallest normal and its neighbours.
  (next) => pick(EDGES, next()) | sign(next()),
  // Between −2 and 2, most of them near 1.
  (next) => ((124 + (next() % 4)) << 23) | fraction(next()) | sign(next()),
  // Of any size below 8, denormals among them.
  (next) => ((next() % 130) << 23) | fraction(next()) | sign(next()),
]

const EDGES = [0, 1, 0x7fffff, 0x800000, 0x800001, 0x3f7fffff, 0x3f800000, 0x3f800001, 0x34000000]

function fraction(word: number): number {
  return word >>> 9
}

function sign(word: number): number {
  return word & 0x8000_0000
}

function pick<T>(list: readonly T[], word: number): T {
  return list[word % list.length] as T
}

/** A whole number of 32 bits. */
type Next = () => number

/** The middle bits of a linear congruential generator, whose low bits repeat soon. */
function noise(seed: number): Next {
  let state = BigInt(seed)
  return () => {
    state = BigInt.asUintN(64, state * 6_364_136_223_846_793_005n + 1_442_695_040_888_963_407n)
    return Number(state >> 32n)
  }
}

/** Whether a tensor holds what no call returns: infinities, and NaNs, whose bits WebAssembly leaves free. */
export function isNonFinite({ dtype, data }: Tensor): boolean {
  if (!isFloat(dtype)) return false
  if (dtype !== Dtype.float32) throw new TypeError(`No digest of ${dtypeName(dtype)} is defined.`)
  return new Uint32Array(data.slice().buffer).some((bits) => (bits & 0x7f80_0000) === 0x7f80_0000)
}
