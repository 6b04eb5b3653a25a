import type { Emit } from '../formula.js'
import { wordsOf } from '../layout.js'
import type { Planner } from '../planner.js'
import type { Product } from '../product.js'
import type { Source } from '../source.js'

/** Byte `j` of a constant word on the right side: signed, and zero beyond the end of a sum. */
export type ConstantByte = (group: number, depth: number, column: number, j: number) => number

/** The right side of a product of which all is known before a run. */
export interface ConstantRight {
  readonly groups: number
  readonly depth: number
  readonly columns: number
  /** Elements of one sum. */
  readonly terms: number
  readonly byte: ConstantByte
  /** Signed zero points: of the left side, and of the right side for each column of each group. */
  readonly leftZero: number
  readonly rightZero: (group: number, column: number) => number
}

/** What a product reads of its constant right side. */
export interface PackedRight {
  readonly words: Source
  readonly offsets: Source
  /** One for each column of each group; undefined where all are zero. */
  readonly zeros: Source | undefined
}

/**
 * Packs a constant right side so that the words of neighbouring columns are neighbours. With zero points z and y,
 * Σ(a−z)(b−y) = Σab − y·Σa − z·Σb + n·z·y, of which the last two terms are constants: the offsets.
 */
export function packRight(planner: Planner, right: ConstantRight): PackedRight {
  const { groups, depth, columns, terms, byte, leftZero, rightZero } = right
  const bytes = new Int8Array(4 * groups * depth * columns)
  const offsets = new Int32Array(groups * columns)
  const zeros = new Int32Array(groups * columns)
  let next = 0
  for (let group = 0; group < groups; group++) {
    const first = group * columns
    for (let k = 0; k < depth; k++) {
      for (let column = 0; column < columns; column++) {
        for (let j = 0; j < 4; j++) {
          const value = byte(group, k, column, j)
          bytes[next++] = value
          offsets[first + column] = (offsets[first + column] as number) - leftZero * value
        }
      }
    }
    for (let column = 0; column < columns; column++) {
      const zero = rightZero(group, column)
      zeros[first + column] = zero
      offsets[first + column] = (offsets[first + column] as number) + terms * leftZero * zero
    }
  }
  return {
    words: planner.weight('i32', bytes.length / 4, new Uint32Array(bytes.buffer)),
    offsets: perColumn(planner, offsets),
    zeros: zeros.some((zero) => zero !== 0) ? perColumn(planner, zeros) : undefined,
  }
}

/** One number where all are alike. */
function perColumn(planner: Planner, values: Int32Array): Source {
  const [first = 0] = values
  if (values.every((value) => value === first)) return { kind: 'literal', value: BigInt(first) }
  return planner.weight('i32', values.length, new Uint32Array(values.buffer))
}

/** A packed product of a left side, stored as words, and a constant right side. */
export function multiplyPacked(
  planner: Planner,
  left: Source,
  right: PackedRight,
  shape: Pick<Product, 'batches' | 'rows' | 'columns' | 'depth' | 'inner' | 'left'> & {
    /** WGSL for the group of `batch`. */
    readonly group: string
    readonly leftOnes?: string
  },
): Source {
  const { group, leftOnes = '0x01010101u', columns, depth } = shape
  const sources = [left, right.words, right.offsets, ...(right.zeros ? [right.zeros] : [])]
  const column = `${group} * ${columns}u + column`
  const product: Product = {
    ...shape,
    right: (emit: Emit) =>
      `return ${emit.word(1, `(${group} * ${depth}u + k) * ${columns}u + column`)};`,
    offset: (emit: Emit) => emit.low(2, column),
    ...(right.zeros && { leftFactor: (emit: Emit) => emit.low(3, column), leftOnes }),
  }
  return planner.product(product, sources)
}

/** Four signed bytes to a word; the formula's elements are words. */
export interface Packing {
  readonly words: number
  /** WGSL statements that name `at`, where the first byte's element is, and what else `isTerm` reads. */
  readonly locate: string
  /** WGSL for how far the elements of neighbouring bytes lie apart. */
  readonly step: number
  /** WGSL for whether byte j is an element; undefined where all are. */
  readonly isTerm?: (j: number) => string
  readonly shift: number
}

/** Stores elements as the words of one side of a product. */
export function packElements(
  planner: Planner,
  source: Source,
  { words, locate, step, isTerm, shift }: Packing,
): Source {
  const packed = planner.formula(
    {
      count: words,
      layout: 'i32',
      body(emit) {
        const bytes = [0, 1, 2, 3].map((j) => {
          const value = `${emit.low(0, `at + ${j * step}u`)} - ${shift}i`
          return isTerm ? `select(0i, ${value}, ${isTerm(j)})` : value
        })
        return `${locate}\nreturn bitcast<i32>(${emit.use('pack8')}(vec4<i32>(${bytes.join(', ')})));`
      },
    },
    [{ source, reads: 'once' }],
  )
  return { kind: 'stored', storage: planner.store(packed) }
}

/** Words that hold so many bytes. */
export function packedLength(bytes: number): number {
  return wordsOf('u8', bytes)
}
