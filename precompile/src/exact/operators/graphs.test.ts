import fc from 'fast-check'
import { expect, test } from 'vitest'
import { runBareNative } from '../../testing/bareNative.js'
import { runBare } from '../../testing/bareRuntime.js'
import { RUNS } from '../../testing/exact.js'
import { RandomGraph, type Step } from '../../testing/randomGraph.js'
import { contains, intervalOf } from '../interval.js'
import { readExactGraph } from '../read.js'
import { evaluateExact } from '../reference.js'

/** Engines fuse and reorder nodes of whole graphs. */
test('random graphs give the same bits everywhere, each value within its proved interval', async () => {
  const steps = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()) as fc.Arbitrary<Step>, {
    minLength: 5,
    maxLength: 40,
    size: 'max',
  })
  await fc.assert(
    fc.asyncProperty(steps, fc.nat(), async (list, seed) => {
      const graph = new RandomGraph(list)
      const inputs = graph.inputs(seed)
      const exact = readExactGraph(graph.bytes)
      const want = evaluateExact(exact, inputs, (slot, tensor) => {
        const proved = exact.slots[slot]?.interval ?? { low: 0n, high: 0n }
        expect([slot, contains(proved, intervalOf(tensor))]).toEqual([slot, true])
      })
      const bits = want.map(({ dtype, shape, data }) => [dtype, shape, Buffer.from(data)])
      for (const run of [runBare, runBareNative]) {
        const got = await run(graph.bytes, inputs)
        expect(got.map(({ dtype, shape, data }) => [dtype, shape, Buffer.from(data)])).toEqual(bits)
      }
    }),
    { numRuns: 2 * RUNS },
  )
})
