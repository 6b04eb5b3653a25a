import { readFile } from 'node:fs/promises'
import type { Engine } from '@lockstep/precompile'
import { beforeAll, describe, expect, test } from 'vitest'
import type { ExactGraph } from '../src/exact/graph.js'
import { exactOperators } from '../src/exact/operators/index.js'
import type { ExactOperator } from '../src/exact/operators/operator.js'
import { readExactGraph } from '../src/exact/read.js'
import { evaluateExact } from '../src/exact/reference.js'
import type { IntegerTensor } from '../src/exact/tensor.js'
import { type Digests, differencesOf, digestModel } from './digests.js'
import { type GoldenModel, goldenModels } from './models.js'

let golden: Digests
const models = new Map<string, GoldenModel>()

beforeAll(async () => {
  golden = JSON.parse(await readFile(new URL('digests.json', import.meta.url), 'utf8'))
  for (const one of goldenModels()) {
    if (one.name.startsWith('known/')) models.set(one.name, one)
  }
})

/** Which element of a kernel's answer is wrong. */
type Place = (count: number) => number

const places: Readonly<Record<string, Place>> = {
  first: () => 0,
  middle: (count) => Math.floor(count / 2),
  last: (count) => count - 1,
}

/** The reference semantics, but for the lowest bit of one element of what one operator answers. */
function wrongEngine(name: string, place: Place): Pick<Engine, 'run'> {
  const operator = exactOperators[name] as ExactOperator
  const wrong: ExactOperator = {
    ...operator,
    evaluate: (context) =>
      operator.evaluate(context).map((output, i) => (i === 0 ? flipped(output, place) : output)),
  }
  return {
    async run(model, inputs) {
      const exact = readExactGraph(model.bytes)
      const operators = exact.operators.map((one, i) =>
        exact.graph.nodes[i]?.operatorName === name ? wrong : one,
      )
      const mutated: ExactGraph = { ...exact, operators }
      return evaluateExact(mutated, inputs)
    },
  }
}

function flipped({ dtype, shape, data }: IntegerTensor, place: Place): IntegerTensor {
  const copy = data.slice()
  const at = place(copy.length)
  const element = copy[at]
  if (typeof element === 'bigint') copy[at] = (element ^ 1n) as never
  else copy[at] = ((element as number) ^ 1) as never
  return { dtype, shape, data: copy }
}

describe.each(Object.keys(places))('one wrong bit in the %s element', (where) => {
  test.each(Object.keys(exactOperators))('of %s is seen', async (operator) => {
    const model = models.get(`known/${operator}`) as GoldenModel
    const engine = wrongEngine(operator, places[where] as Place) as Engine
    const digests = await digestModel(engine, model)
    const differences = differencesOf(golden, model.name, digests)
    expect(differences).toHaveLength(model.runs.length)
  })
})
