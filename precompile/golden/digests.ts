import { type Engine, hashTensors, type ModelClass, type Tensor } from '@lockstep/precompile'
import { isNonFinite } from './inputs.js'
import type { GoldenModel } from './models.js'

/** What one model answers. */
export interface ModelDigests {
  readonly class: ModelClass
  /** keccak256 of its bytes: another model has other answers. */
  readonly id: string
  /** Of each run, the hash of its outputs to which a block commits. */
  readonly outputs: readonly string[]
}

/** Digests by the names of the models. */
export type Digests = Readonly<Record<string, ModelDigests>>

/** No engine is held to the bits of infinities and NaNs: a call that meets one reverts. */
const NON_FINITE = 'non-finite'

/** The time that an emulated CPU may take, in milliseconds. */
const TIME_LIMIT_MS = 600_000

/** Runs a model on its first `runs` inputs. @throws what the engine throws */
export async function digestModel(
  engine: Engine,
  { model, runs }: GoldenModel,
  count = runs.length,
): Promise<ModelDigests> {
  const outputs: string[] = []
  for (const inputs of runs.slice(0, count)) {
    outputs.push(digest(await engine.run(model, inputs, { timeLimitMs: TIME_LIMIT_MS })))
  }
  return { class: model.class, id: model.id, outputs }
}

function digest(outputs: readonly Tensor[]): string {
  return outputs.some(isNonFinite) ? NON_FINITE : hashTensors(outputs)
}

/** Where digests differ from the golden ones, as lines. A run that was left out differs in nothing. */
export function differencesOf(golden: Digests, name: string, got: ModelDigests): string[] {
  const want = golden[name]
  if (!want) return [`${name} is not in the golden file`]
  if (want.id !== got.id) return [`${name} is model ${got.id}, not ${want.id}`]
  return got.outputs.flatMap((output, run) =>
    output === want.outputs[run]
      ? []
      : [`${name}, run ${run}: ${output} instead of ${want.outputs[run] ?? 'nothing'}`],
  )
}
