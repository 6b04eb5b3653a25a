import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { ExactGraph } from '../../exact/graph.js'
import { readExactGraph } from '../../exact/read.js'
import { evaluateExact } from '../../exact/reference.js'
import type { Tensor } from '../../tensor.js'
import { findGpu } from '../../testing/gpu.js'
import { knownCases } from '../knownAnswers/cases.js'
import { knownModels } from '../knownAnswers/models.js'
import { Gpu } from './gpu.js'
import { libraryFunctions } from './library.js'
import { planGraph } from './plan.js'
import { GpuSession } from './session.js'

// The known answers stand before a GPU is used at all, so here they are given kernels that are wrong in one bit.

const found = await findGpu()
const { hasPackedDot } = found?.dialect ?? { hasPackedDot: true }

/** The same device, on which the text of every kernel is changed before it is compiled. */
class MutatedGpu extends Gpu {
  mutate = (code: string): string => code

  override pipeline(code: string): Promise<GPUComputePipeline> {
    return super.pipeline(this.mutate(code))
  }
}

interface Known {
  readonly exact: ExactGraph
  readonly inputs: readonly Tensor[]
  readonly want: readonly Tensor[]
  /** The text of all its kernels. */
  readonly text: string
}

const known = new Map<string, Known>()
let gpu: MutatedGpu

beforeAll(() => {
  if (!found) return
  gpu = new MutatedGpu(found.api, found.device, found.description)
  for (const { operator, bytes, inputs } of knownModels()) {
    const exact = readExactGraph(bytes)
    const text = planGraph(exact, gpu.dialect)
      .dispatches.map(({ code }) => code)
      .join('\n')
    known.set(operator, { exact, inputs, want: evaluateExact(exact, inputs), text })
  }
})
afterAll(() => found?.destroy())

/** Whether a known answer differs once the kernels are changed. */
async function isSeen(operator: string, mutate: (code: string) => string): Promise<boolean> {
  const { exact, inputs, want, text } = known.get(operator) as Known
  expect(mutate(text)).not.toBe(text)
  gpu.mutate = mutate
  const session = await GpuSession.load(gpu, exact)
  const got = await session.run(inputs)
  session.release()
  return want.some(({ data }, i) => Buffer.compare(data, got[i]?.data ?? data) !== 0)
}

/** Kernels whose result is wrong in the lowest bit of its first element. */
function withWrongElement(code: string): string {
  return code.replace(/fn f0\(i: u32\) -> (\S+) \{/, (_, type) => {
    const wrong = type === 'i32' ? 'right ^ 1i' : 'right ^ vec2<u32>(1u, 0u)'
    return `fn f0(i: u32) -> ${type} {
  let right = unchanged(i);
  if (i == 0u) { return ${wrong}; }
  return right;
}
fn unchanged(i: u32) -> ${type} {`
  })
}

/** Their elements stay where they are. */
const MOVED_BY_NONE = new Set(['Flatten', 'Identity', 'Reshape', 'Squeeze', 'Unsqueeze'])

describe.skipIf(!found)('one wrong bit in the kernels', () => {
  test.each(Object.keys(knownCases).filter((name) => !MOVED_BY_NONE.has(name)))(
    'of %s is seen',
    async (operator) => {
      expect(await isSeen(operator, withWrongElement)).toBe(true)
    },
  )
})

/** Numbers in WGSL that are neither part of a name nor of a type. */
const LITERAL = /(?<![\w.<])(0x[0-9a-f]+|\d+)(?=[ui]?\b)/g

interface Flip {
  readonly name: string
  readonly literal: string
  readonly place: string
  readonly code: string
  readonly flipped: string
}

/** A function of the library with the lowest bit of one of its numbers flipped, for each of them. */
function flipsOf([name, code]: readonly [string, string]): Flip[] {
  return [...code.matchAll(LITERAL)].map(({ 0: literal, index }, i) => ({
    name,
    literal,
    place: `number ${i + 1}`,
    code,
    flipped: `${code.slice(0, index)}${Number(literal) ^ 1}${code.slice(index + literal.length)}`,
  }))
}

/** Flips that change nothing, with the reason. */
const EQUIVALENT: Readonly<Record<string, string>> = {
  'divideUnsigned64, number 5': 'a divisor of 65,536 leaves a rest of half a word, too',
}

describe.skipIf(!found)('one flipped bit in a number of the library', () => {
  const flips = Object.entries(libraryFunctions({ hasPackedDot })).flatMap(flipsOf)
  test.each(flips)('$name, $place: $literal', async ({ name, place, code, flipped }) => {
    const users = [...known]
      .filter(([, { text }]) => text.includes(code))
      .sort(([, a], [, b]) => a.text.length - b.text.length)
    expect(users.length).toBeGreaterThan(0)
    let seen = false
    for (const [operator] of users) {
      seen = await isSeen(operator, (text) => text.replace(code, flipped))
      if (seen) break
    }
    expect(seen).toBe(EQUIVALENT[`${name}, ${place}`] === undefined)
  })
})
