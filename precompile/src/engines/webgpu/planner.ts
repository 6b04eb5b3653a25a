import type { Formula, FormulaText, Reads } from './formula.js'
import { isPacked, type Layout, wordsOf } from './layout.js'
import type { Dialect } from './library.js'
import { fillsWords, isTiled, type Product, productText, tileGrid, writeTiles } from './product.js'
import type { Source, Storage } from './source.js'
import { gridOf, KernelWriter, type Parameter, writeEach } from './writer.js'

/** One kernel and how often it runs. */
export interface Dispatch {
  readonly code: string
  readonly parameters: readonly Parameter[]
  readonly reads: readonly Storage[]
  readonly writes: Storage
  readonly grid: readonly [number, number, number]
}

/** What a formula reads, and how. */
export interface Reading {
  readonly source: Source
  readonly reads: Reads
}

/** Formulas that one kernel computes together. More make it slow to compile, and dear to compute again. */
const MAX_SIZE = 48
/** Parameters of one kernel; some are left for the kernel itself. */
const MAX_PARAMETERS = 56

/** Turns formulas into kernels: as many as possible are computed where they are read, the others are stored. */
export class Planner {
  readonly dispatches: Dispatch[] = []
  readonly weights: { readonly storage: Storage; readonly words: Uint32Array }[] = []
  readonly #stored = new Map<Formula, Storage>()

  constructor(private readonly dialect: Dialect) {}

  /** A value that the host writes before each run. */
  input(layout: Layout, count: number): Storage {
    return this.#allocate(layout, count)
  }

  /** Words that stay in GPU memory. */
  weight(layout: Layout, count: number, words: Uint32Array): Source {
    const storage: Storage = { buffer: 'weights', layout, count, offset: 0 }
    this.weights.push({ storage, words })
    return { kind: 'stored', storage }
  }

  /** A formula on sources, of which those that it can't compute on the spot are stored first. */
  formula(text: FormulaText, readings: readonly Reading[]): Source {
    let size = 1
    let parameters = text.parameters ?? 0
    let product: Formula | undefined
    const sources = readings.map((reading): Source => {
      const source = this.#settle(reading, {
        size: MAX_SIZE - size,
        // Each source that is still to come may take one.
        parameters: MAX_PARAMETERS - parameters - readings.length,
        product: text.packed === undefined && product === undefined,
      })
      if (source.kind === 'stored') parameters += 1
      if (source.kind === 'formula') {
        size += source.formula.size
        parameters += source.formula.parameters
        product ??= source.formula.product
      }
      return source
    })
    const formula: Formula = { ...text, sources, size, parameters, product }
    if (text.packed) return { kind: 'formula', formula: withItself(formula) }
    return { kind: 'formula', formula }
  }

  product(product: Product, sources: readonly Source[]): Source {
    return this.formula(
      productText(product),
      sources.map((source) => ({ source, reads: 'often' })),
    )
  }

  /** The storage of a source, which is computed now if it was not before. */
  store(source: Source, layout?: Layout): Storage {
    switch (source.kind) {
      case 'stored':
        return source.storage
      case 'literal':
        return this.#storeLiteral(source.value)
      case 'formula':
        return this.#storeFormula(source.formula, layout)
    }
  }

  #settle(
    { source, reads }: Reading,
    room: { readonly size: number; readonly parameters: number; readonly product: boolean },
  ): Source {
    if (source.kind !== 'formula') return source
    const { formula } = source
    const stored = this.#stored.get(formula)
    if (stored) return { kind: 'stored', storage: stored }
    const fits =
      formula.size <= room.size &&
      formula.parameters <= room.parameters &&
      (reads !== 'often' || isCheap(formula)) &&
      (!formula.product || (room.product && reads === 'aligned'))
    return fits ? source : { kind: 'stored', storage: this.store(source) }
  }

  #storeLiteral(value: bigint): Storage {
    const isNarrow = BigInt.asIntN(32, value) === value
    const words = new Uint32Array(new BigInt64Array([value]).buffer).slice(0, isNarrow ? 1 : 2)
    const { storage } = this.weight(isNarrow ? 'i32' : 'i64', 1, words) as { storage: Storage }
    return storage
  }

  #storeFormula(formula: Formula, wanted: Layout = formula.layout): Storage {
    const known = this.#stored.get(formula)
    if (known) return known
    const product = formula.product?.packed
    const isTile = product !== undefined && isTiled(product)
    // A tile writes several elements of a row at once; words that reach over its end belong to no one thread.
    const layout = isTile && isPacked(wanted) && !fillsWords(product) ? 'i32' : wanted
    const target = this.#allocate(layout, formula.count)
    this.#stored.set(formula, target)
    if (formula.count > 0) this.#dispatch(formula, target, isTile ? product : undefined)
    return target
  }

  #dispatch(formula: Formula, target: Storage, tiles: Product | undefined): void {
    const writer = new KernelWriter(tiles && formula.product)
    if (tiles) {
      const text = writeTiles(writer, formula, target, this.dialect)
      this.dispatches.push({ ...text, writes: target, grid: tileGrid(tiles) })
    } else {
      const { threads, ...text } = writeEach(writer, formula, target, this.dialect)
      this.dispatches.push({ ...text, writes: target, grid: gridOf(threads) })
    }
  }

  #allocate(layout: Layout, count: number): Storage {
    return { buffer: 'arena', layout, count, offset: 0 }
  }
}

/** Views of what is stored may be computed as often as they are read. */
function isCheap({ isView, sources }: Formula): boolean {
  return (
    isView === true &&
    sources.every((source) => source.kind !== 'formula' || isCheap(source.formula))
  )
}

function withItself(formula: Formula): Formula {
  const self: { -readonly [K in keyof Formula]: Formula[K] } = { ...formula }
  self.product = self
  return self
}

/** Words of a storage. */
export function sizeOf({ layout, count }: Storage): number {
  return wordsOf(layout, count)
}
