/** Reads the numbers that decide one step of a graph in turn, and from the start again when they are used up. */
export class Gene {
  #at = 0

  constructor(readonly numbers: Genes) {}

  next(): number {
    return this.numbers[this.#at++ % this.numbers.length] as number
  }

  chance(probability: number): boolean {
    return this.next() < probability
  }

  /** A whole number from `min` to `max`, both included. */
  int(min: number, max: number): number {
    return min + Math.floor(this.next() * (Math.max(min, max) - min + 1))
  }

  /** As `int`, with small numbers as likely as large ones. */
  log(min: number, max: number): number {
    return Math.floor(Math.exp(Math.log(min) + this.next() * Math.log((max + 1) / min)))
  }

  pick<T>(choices: readonly T[]): T {
    return choices[this.int(0, choices.length - 1)] as T
  }
}

/** Numbers in [0, 1). */
export type Genes = readonly number[]

/** All that decides a graph: the numbers of its input, then those of each step. */
export type Genome = readonly Genes[]

const GENE_LENGTH = 24
const MAX_STEPS = 30

/**
 * The genome that a name stands for: `17` is drawn from the seed 17, `17+4+9` changed by the seeds 4 and 9 after that.
 * A pure function, so that whoever has the name has the graph.
 */
export function genomeOf(name: string): Genome {
  const [seed = 0, ...mutations] = name.split('+').map(Number)
  if (![seed, ...mutations].every(Number.isSafeInteger)) throw new Error(`"${name}" is no graph.`)
  return mutations.reduce((genome, mutation) => mutate(genome, uniform(mutation)), draw(seed))
}

const GOLDEN_RATIO = 0.618_033_988_749_894_9

function draw(seed: number): Genome {
  const next = uniform(seed)
  const steps = Math.floor(Math.exp(next() * Math.log(MAX_STEPS + 1)))
  const [head, first, ...rest] = Array.from({ length: 1 + steps }, () => newGene(next))
  // Seeds that follow each other begin with operators far from each other, so that few seeds reach all of them.
  return [head as Genes, (first as Genes).with(0, (seed * GOLDEN_RATIO) % 1), ...rest]
}

function newGene(next: () => number): Genes {
  return Array.from({ length: GENE_LENGTH }, next)
}

function mutate(genome: Genome, next: () => number): Genome {
  const at = Math.floor(next() * genome.length)
  const step = Math.max(1, at)
  const gene = genome[at] as Genes
  switch (Math.floor(next() * 6)) {
    case 0:
      return genome.length < 2 ? [...genome, newGene(next)] : genome.toSpliced(step, 1)
    case 1:
      return genome.length > MAX_STEPS ? genome : genome.toSpliced(step, 0, genome[step] ?? gene)
    case 2:
      return genome.with(at, newGene(next))
    default:
      // Mostly a few numbers change: a dimension, an attribute, a choice.
      return genome.with(at, changed(gene, 1 + Math.floor(next() * 3), next))
  }
}

function changed(gene: Genes, count: number, next: () => number): Genes {
  let result = gene
  for (let i = 0; i < count; i++) result = result.with(Math.floor(next() * 12), next())
  return result
}

/** A generator of numbers in [0, 1) that depend on the seed alone (mulberry32). */
export function uniform(seed: number): () => number {
  let state = (seed + 0x9e3779b9) >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
