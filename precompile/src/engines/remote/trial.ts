import { randomInt } from 'node:crypto'
import type { Model } from '../../model/model.js'
import type { Tensor } from '../../tensor.js'
import { type Engine, GraphRejectedError } from '../engine.js'
import { writeQuestions } from '../knownAnswers/questions.js'
import { sameTensors } from './compare.js'
import { RemoteFaultError } from './errors.js'

/** How a remote did on the known answers of a model. */
export type Verdict =
  | {
      readonly type: 'right'
      readonly runs: number
      /** Median of what the local engine took for the same, in milliseconds. */
      readonly localMs: number
    }
  | { readonly type: 'wrong'; readonly reason: string }
  /** It gave no answer, or has no such model; it may be asked again later. */
  | { readonly type: 'absent'; readonly reason: string }

/** Asks a remote one thing. */
export type Ask = (inputs: readonly Tensor[]) => Promise<readonly Tensor[]>

const SEEDS = 2 ** 40

/**
 * Compares what a remote makes of a model with what the local engine does. The noise differs from trial to trial, so
 * that a remote cannot tell it from the questions of a chain.
 * @throws NodeFaultError when the local engine fails
 */
export async function tryModel(
  model: Model,
  ask: Ask,
  local: Engine,
  signal: AbortSignal,
): Promise<Verdict> {
  const times: number[] = []
  for (const inputs of writeQuestions(model, randomInt(SEEDS))) {
    const started = performance.now()
    const want = await answerOf(local, model, inputs, signal)
    if (!want) continue
    times.push(performance.now() - started)
    let got: readonly Tensor[]
    try {
      got = await ask(inputs)
    } catch (error) {
      if (error instanceof RemoteFaultError) return { type: 'absent', reason: error.shortMessage }
      throw error
    }
    if (!sameTensors(want, got)) {
      return { type: 'wrong', reason: `known answer ${times.length} of model ${model.id} is wrong` }
    }
  }
  const runs = times.length
  times.sort((a, b) => a - b)
  if (runs > 0) return { type: 'right', runs, localMs: times[runs >> 1] as number }
  return { type: 'absent', reason: `no known answers can be made for model ${model.id}` }
}

/** Undefined where the graph itself takes no such values. */
async function answerOf(
  local: Engine,
  model: Model,
  inputs: readonly Tensor[],
  signal: AbortSignal,
): Promise<readonly Tensor[] | undefined> {
  try {
    return await local.run(model, inputs, { signal })
  } catch (error) {
    if (error instanceof GraphRejectedError) return undefined
    throw error
  }
}
