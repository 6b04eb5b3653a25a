import type { Formula } from './formula.js'
import type { Layout } from './layout.js'

/** A run of words in one of the two buffers of a model: its weights, or the arena of all other values. */
export interface Storage {
  readonly buffer: 'weights' | 'arena'
  readonly layout: Layout
  readonly count: number
  /** In words; known when the whole graph is planned. */
  offset: number
}

/** Where a kernel takes a value from. Elements are numbered in row-major order, whatever the shape. */
export type Source =
  | { readonly kind: 'stored'; readonly storage: Storage }
  /** One element, written into the text of kernels. */
  | { readonly kind: 'literal'; readonly value: bigint }
  /** Not stored anywhere: computed by each kernel that reads it. */
  | { readonly kind: 'formula'; readonly formula: Formula }

/** Whether an element takes two words of a kernel's registers. */
export function isWide(source: Source): boolean {
  switch (source.kind) {
    case 'stored':
      return source.storage.layout === 'i64'
    case 'literal':
      return BigInt.asIntN(32, source.value) !== source.value
    case 'formula':
      return source.formula.layout === 'i64'
  }
}
