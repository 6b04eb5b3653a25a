import { INTEGER_RANGE, type IntegerDtype, integerTensor, toTensor } from '../../exact/tensor.js'
import { Dtype, elementCount, type Shape, type Tensor } from '../../tensor.js'

/** One value that a node of a known answer reads: its elements follow from its place and these alone. */
export interface Operand {
  readonly dtype: IntegerDtype
  readonly shape: Shape
  /** Bounds of its elements, promised to the proof. Default: all that the type holds. */
  readonly low?: bigint
  readonly high?: bigint
  /** In the file, not given by the caller. Engines have other kernels for weights. */
  readonly isConstant?: boolean
  /** Some elements equal those of an earlier operand, some differ from them in one bit alone. */
  readonly like?: number
  /** These elements and no others; such an operand is a constant. */
  readonly elements?: readonly (number | bigint)[]
}

export function boundsOf({ dtype, low, high }: Operand): readonly [bigint, bigint] {
  const [lowest, highest] = INTEGER_RANGE[dtype]
  return [low ?? lowest, high ?? highest]
}

/** Makes operands out of repeatable noise. */
export class Elements {
  #state: bigint

  constructor(seed: number) {
    this.#state = BigInt(seed) | 1n
  }

  /** @param earlier - Elements of the operands before this one. */
  of(operand: Operand, earlier: readonly (readonly bigint[])[]): readonly bigint[] {
    if (operand.elements) return operand.elements.map(BigInt)
    const twin = operand.like === undefined ? undefined : earlier[operand.like]
    return Array.from({ length: elementCount(operand.shape) }, (_, i) => {
      const near = twin && this.#near(operand, twin[i % twin.length] as bigint)
      return near ?? this.#next(operand)
    })
  }

  /** One in three equal, one in three a single bit away: where engines compare halves of a number, they fail here. */
  #near(operand: Operand, value: bigint): bigint | undefined {
    const choice = this.#below(3n)
    if (choice === 2n) return undefined
    const bit = operand.dtype === Dtype.int64 ? 31n : 0n
    const near = choice === 0n ? value : value ^ (1n << bit)
    const [low, high] = boundsOf(operand)
    return near >= low && near <= high ? near : undefined
  }

  /** Half of them extremes and what lies beside them: sums saturate where terms are large, not where they are random. */
  #next(operand: Operand): bigint {
    const [low, high] = boundsOf(operand)
    const span = high - low + 1n
    switch (this.#below(10n)) {
      case 0n:
      case 1n:
        return low
      case 2n:
      case 3n:
        return high
      case 4n:
        return span > 1n ? low + 1n : low
      case 5n:
        return low <= 0n && high >= 0n ? 0n : high
      default:
        return low + this.#below(span)
    }
  }

  /** A whole number from 0 to below a bound, of a linear congruential generator of 128 bits. */
  #below(bound: bigint): bigint {
    this.#state = BigInt.asUintN(128, this.#state * MULTIPLIER + INCREMENT)
    return (this.#state >> 40n) % bound
  }
}

const MULTIPLIER = 0x2360ed051fc65da44385df649fccf645n
const INCREMENT = 0x5851f42d4c957f2d14057b7ef767814fn

/** The operand with its elements, as engines take it. */
export function tensorOf({ dtype, shape }: Operand, elements: readonly bigint[]): Tensor {
  return toTensor(integerTensor(dtype, shape, elements))
}
