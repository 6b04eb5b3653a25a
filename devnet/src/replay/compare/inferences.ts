import { hashTensors, type InferenceTensors } from '@lockstep/precompile'
import type { Hex, TransactionInference } from '../../node/node.js'
import type { RecordedInference } from '../bundles/lines.js'
import type { CallPlace, Divergence } from './divergence.js'
import { compareTensors, type TensorDifference } from './tensors.js'

/** Names of a model's inputs and outputs, in the graph's order. */
export interface TensorNames {
  readonly inputs: readonly string[]
  readonly outputs: readonly string[]
}

export interface MadeInferences {
  readonly inferences: readonly TransactionInference[]
  /** Of each of them. */
  readonly tensors: readonly InferenceTensors[]
}

export type InferenceDivergence = Omit<Divergence, 'block'>

/** Fields that place an inference, and what they are called. */
const places = [
  ['transactionIndex', 'transaction of the inference'],
  ['callIndex', 'call of the inference'],
  ['depth', 'call depth'],
  ['caller', 'caller'],
  ['model', 'model'],
  ['method', 'method'],
] as const

/**
 * The first difference between the inferences that were recorded of a block and those that executing it made.
 * @param namesOf what a model calls its tensors.
 * @returns undefined where there is none.
 */
export async function compareInferences(
  recorded: readonly RecordedInference[],
  made: MadeInferences,
  namesOf: (model: Hex) => Promise<TensorNames>,
): Promise<InferenceDivergence | undefined> {
  for (const [index, wanted] of recorded.entries()) {
    const got = made.inferences[index]
    if (!got)
      return { ...placeOf(wanted), what: 'inference', recorded: 'made', executed: 'not made' }
    const names = await namesOf(wanted.model)
    const found = compareOne(wanted, got, made.tensors[index], names)
    if (found) return { ...placeOf(wanted), ...found }
  }
  const extra = made.inferences[recorded.length]
  if (!extra) return undefined
  return { call: callOf(extra), what: 'inference', recorded: 'not made', executed: 'made' }
}

type Found = TensorDifference & { readonly what: string }

function compareOne(
  wanted: RecordedInference,
  got: TransactionInference,
  tensors: InferenceTensors | undefined,
  names: TensorNames,
): Found | undefined {
  for (const [field, what] of places) {
    if (wanted[field] !== got[field]) return texts(what, wanted[field], got[field])
  }
  return (
    compareSide('input', wanted.inputs, tensors?.inputs, names.inputs) ??
    compareSide('output', wanted.outputs, tensors?.outputs, names.outputs) ??
    compareHashes(wanted, got) ??
    (wanted.gasUsed === got.gasUsed
      ? undefined
      : texts('gas of the inference', wanted.gasUsed, got.gasUsed))
  )
}

function compareSide(
  what: string,
  wanted: InferenceTensors['outputs'],
  got: InferenceTensors['outputs'],
  names: readonly string[],
): Found | undefined {
  // What is known of one of them alone differs in success, too.
  const difference = wanted && got && compareTensors(wanted, got, names)
  return difference && { what, ...difference }
}

function compareHashes(wanted: RecordedInference, got: TransactionInference): Found | undefined {
  if (wanted.success !== got.success) {
    const outcome = (success: boolean) => (success ? 'a result' : 'a revert')
    return texts('outcome of the inference', outcome(wanted.success), outcome(got.success))
  }
  if (wanted.inputHash !== got.inputHash) {
    return texts('hash of the inputs', wanted.inputHash, got.inputHash)
  }
  if (wanted.outputHash !== got.outputHash) {
    return texts('hash of the outputs', wanted.outputHash, got.outputHash)
  }
  const hash = wanted.success ? hashTensors(wanted.outputs ?? []) : wanted.outputHash
  return hash === wanted.outputHash ? undefined : texts('recorded outputs', hash, got.outputHash)
}

function texts(what: string, recorded: unknown, executed: unknown): Found {
  return { what, recorded: String(recorded), executed: String(executed) }
}

function placeOf(wanted: RecordedInference): Pick<Divergence, 'transaction' | 'call'> {
  return {
    transaction: { index: wanted.transactionIndex, hash: wanted.transactionHash },
    call: callOf(wanted),
  }
}

function callOf({ callIndex, depth, caller, model }: TransactionInference): CallPlace {
  return { index: callIndex, depth, caller, model }
}
