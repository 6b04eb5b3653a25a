import { Dtype, type Model, type Tensor } from '@lockstep/precompile'
import { runPrice } from '../../precompile/src/call/price.js'
import { defaultSchedule } from '../../precompile/src/gas/schedule.js'
import { admit, Draft, type Edge, opsets, temperaments, Unfit } from './draft.js'
import { forms } from './forms.js'
import { Gene, genomeOf } from './genome.js'

/** A random graph that the validator admits. */
export interface RandomGraph {
  /** What `genomeOf` takes. */
  readonly name: string
  readonly model: Model
  /** Of one call, as `quote` gives it. */
  readonly gas: number
  feed(round: number): Tensor
}

/** A call that costs more keeps the search too long. */
const MAX_GAS = 3_000_000
/** Repeating the steps makes graphs of many nodes. */
const MAX_NODES = 600
const INPUT_TYPES = [
  ...[Dtype.float32, Dtype.float32, Dtype.float32, Dtype.float64, Dtype.float16],
  ...[Dtype.int64, Dtype.int32, Dtype.int8, Dtype.uint8, Dtype.bool],
]
const operators = Object.keys(forms)

/**
 * Builds the graph of a name.
 * @returns undefined when none of its steps fits, or its call is dearer than the search wants.
 */
export function randomGraph(name: string): RandomGraph | undefined {
  const [head = [], ...steps] = genomeOf(name)
  const first = new Gene(head)
  const draft = start(first)
  const repeats = first.chance(0.15) ? first.log(1, 300) : 1
  for (let round = 0; round < repeats && draft.size < MAX_NODES; round++) {
    const before = draft.size
    for (const step of steps) grow(draft, new Gene(step))
    if (draft.size === before) break
  }
  try {
    const model = admit(draft.toModel())
    const shapes = [draft.input.shape]
    const evaluation = model.evaluate(shapes)
    const gas = Number(runPrice(defaultSchedule, model, shapes, evaluation, 0))
    return gas > MAX_GAS ? undefined : { name, model, gas, feed: (round) => draft.feed(round) }
  } catch (error) {
    if (error instanceof Unfit) return undefined
    throw error
  }
}

/** The input: a few numbers that are repeated at once, which is cheap to send, or all of them. */
function start(gene: Gene): Draft {
  const whole = {
    dtype: gene.pick(INPUT_TYPES),
    temperament: gene.pick(temperaments),
    opset: gene.pick(opsets),
    isOpen: gene.chance(0.3),
  }
  const elements = roundNumber(gene)
  if (gene.chance(0.4) || elements < 64) return new Draft({ ...whole, shape: [elements] })
  const few = 32
  const draft = new Draft({ ...whole, shape: [1, few] })
  draft.add('Expand', [draft.input, draft.list(Math.ceil(elements / few), few)])
  return draft
}

/** A number with many divisors, odd ones among them. */
function roundNumber(gene: Gene): number {
  let number = 1
  for (const [factor, most] of [
    [2, 12],
    [3, 4],
    [5, 3],
    [7, 2],
  ] as const) {
    number *= factor ** gene.int(0, most)
  }
  return Math.min(number, 2 ** 17)
}

/** Adds one step after a recent value, on float32 where its type does not fit; nothing where that does not, either. */
function grow(draft: Draft, gene: Gene): void {
  const operator = gene.pick(operators)
  const edges = draft.edges()
  const x = gene.chance(0.8) ? edges.at(-1) : gene.pick(edges)
  const form = forms[operator]
  const size = draft.size
  const attempts: readonly ((x: Edge) => Edge)[] = [(x) => x, (x) => draft.as(x, Dtype.float32)]
  for (const prepare of attempts) {
    try {
      form?.(gene, draft, prepare(x as Edge))
      return
    } catch (error) {
      if (!(error instanceof Unfit)) throw error
      draft.cutTo(size)
    }
  }
}
