import type { Layout } from './layout.js'
import type { Product } from './product.js'
import type { Source } from './source.js'

/** What the text of a formula is written with. */
export interface Emit {
  /** An element of a source as an `i32`: its lower 32 bits. */
  low(source: number, index: string): string
  /** An element of a source as a `vec2<u32>`, the lower half first. */
  wide(source: number, index: string): string
  /** A word of a source that is stored. */
  word(source: number, index: string): string
  /** A `u32` that differs between kernels which are alike otherwise, so that they share one pipeline. */
  parameter(value: number): string
  /** The name of a function of the library. */
  use(name: string): string
  /** Adds functions to the kernel. Their names must be alone in it. */
  define(code: string): void
}

/**
 * How a formula reads one source: each element once and in its own order, each at most once, or many times over.
 * It decides whether the source may be computed on the spot.
 */
export type Reads = 'aligned' | 'once' | 'often'

/** One value as a function of an element's index. */
export interface FormulaText {
  readonly count: number
  readonly layout: Layout
  /**
   * WGSL statements that return element `i`: an `i32`, or a `vec2<u32>` where the layout is `i64`.
   * They may read `i` alone.
   */
  body(emit: Emit): string
  /** A formula that only finds its element elsewhere is cheap enough to be computed more than once. */
  readonly isView?: boolean
  /** Set where the formula is a packed product, which a whole workgroup can compute together. */
  readonly packed?: Product
  /** How many parameters of its own it takes, beside where its sources begin. Default 0. */
  readonly parameters?: number
}

/** A formula with what it reads. */
export interface Formula extends FormulaText {
  readonly sources: readonly Source[]
  /** Formulas that are computed with it, itself included. */
  readonly size: number
  readonly parameters: number
  /** The packed product that is computed with it, which may be itself. */
  readonly product: Formula | undefined
}
