import { readExactGraph } from '../../exact/read.js'
import { evaluateExact } from '../../exact/reference.js'
import { fromTensor } from '../../exact/tensor.js'
import { readModel } from '../../model/read.js'
import { dtypeName, type Tensor } from '../../tensor.js'
import { type Engine, GraphRejectedError, type RunOptions } from '../engine.js'
import { knownCases } from './cases.js'
import type { KnownModel } from './model.js'
import { knownModels, NETWORK } from './models.js'

/** An answer that is not the one of the reference semantics. */
export interface WrongAnswer {
  readonly operator: string
  /** What the first case with a wrong answer reads, such as `uint8[5,65] uint8[65,33]`. */
  readonly operands: string
  /** Row-major number of the first wrong element. */
  readonly element: number
  readonly want: string
  readonly got: string
}

/** How an engine did on the known answers. */
export interface KnownAnswerResult {
  /** Nothing is wrong; an operator that an engine lacks is not. */
  readonly passed: boolean
  readonly operators: number
  readonly cases: number
  readonly wrong: readonly WrongAnswer[]
  /** Operators that the engine has no kernel for, and what it said. */
  readonly missing: readonly { readonly operator: string; readonly reason: string }[]
}

/** Runs whose answers are awaited at once, so that a pool has something to do while the next is prepared. */
const AHEAD = 4

/**
 * Compares an engine with the reference semantics on every exact operator and element type: vector widths and tails,
 * extremes, ties, saturation corners. The graphs are made here; nothing is read or kept.
 * @throws NodeFaultError when the engine fails.
 */
export async function checkKnownAnswers(
  engine: Engine,
  options: RunOptions = {},
): Promise<KnownAnswerResult> {
  const wrong: WrongAnswer[] = []
  const missing: { operator: string; reason: string }[] = []
  const waiting: Promise<void>[] = []
  const check = async (known: KnownModel) => {
    const { operator } = known
    try {
      const found = await compare(engine, known, options)
      if (found) wrong.push(found)
    } catch (error) {
      if (!(error instanceof GraphRejectedError)) throw error
      missing.push({ operator, reason: error.reason })
    }
  }
  const start = (known: KnownModel) => {
    const checking = check(known)
    // An engine that fails fails them all, and the first to say so ends the check.
    checking.catch(() => {})
    waiting.push(checking)
  }
  for (const known of knownModels()) {
    start(known)
    if (waiting.length >= AHEAD) await waiting.shift()
  }
  await Promise.all(waiting)
  const lists = Object.values(knownCases)
  const cases = lists.reduce((sum, { length }) => sum + length, 0)
  return { passed: wrong.length === 0, operators: lists.length, cases, wrong, missing }
}

async function compare(
  engine: Engine,
  known: KnownModel,
  options: RunOptions,
): Promise<WrongAnswer | undefined> {
  const running = engine.run(readModel(known.bytes), known.inputs, options)
  running.catch(() => {})
  const want = evaluateExact(readExactGraph(known.bytes), known.inputs)
  const got = await running
  for (const [output, tensor] of want.entries()) {
    const element = firstDifference(tensor, got[output])
    if (element === undefined) continue
    return {
      operator: known.operator,
      operands: describeOperands(known.operator, known.caseOf[output] as number),
      element,
      want: elementOf(tensor, element),
      got: elementOf(got[output], element),
    }
  }
  return undefined
}

/** The first element in which two tensors differ; 0 where they differ in type or shape. */
function firstDifference(want: Tensor, got: Tensor | undefined): number | undefined {
  if (got?.dtype !== want.dtype || got.shape.join() !== want.shape.join()) return 0
  if (Buffer.compare(want.data, got.data) === 0) return undefined
  const width = want.data.length / want.shape.reduce((product, size) => product * size, 1)
  return Math.floor(want.data.findIndex((byte, i) => byte !== got.data[i]) / width)
}

function elementOf(tensor: Tensor | undefined, element: number): string {
  if (!tensor) return 'nothing'
  return `${fromTensor(tensor).data[element]} (${dtypeName(tensor.dtype)}[${tensor.shape}])`
}

function describeOperands(operator: string, number: number): string {
  if (operator === NETWORK) return 'uint8[1,1,28,28]'
  const operands = knownCases[operator]?.[number]?.operands ?? []
  return operands
    .flatMap((operand) => (operand ? [`${dtypeName(operand.dtype)}[${operand.shape}]`] : []))
    .join(' ')
}
