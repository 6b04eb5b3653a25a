import { wordsFromElements } from '../abi/elements.js'
import { array, encodeAbi, tensor, words } from '../abi/encode.js'
import { nonFiniteOutput, outputOutOfRange } from '../abi/revert.js'
import { type Hex, hashTensors } from '../commitment/hash.js'
import { NodeFaultError } from '../errors.js'
import type { Encoding } from '../exact/encoding.js'
import type { Evaluation, Model, ModelId } from '../model/model.js'
import { bytesPerElement, Dtype, dtypeName, type Tensor } from '../tensor.js'

/** An engine gave an output of another type or shape than the graph was found to give. */
export class OutputContractError extends NodeFaultError {
  override readonly name = 'OutputContractError'

  constructor(model: ModelId, output: number, want: string, got: string) {
    super(`Output ${output} of model ${model} should be ${want}, the engine gave ${got}.`, {
      remedy: 'Report the model: its shapes were inferred wrongly.',
    })
  }
}

/** Hashes of outputs that were looked at: what the memo gives again needs no second look. */
const accepted = new WeakMap<readonly Tensor[], Hex>()

/**
 * Compares what an engine gave with what the call was priced for, and refuses what is not finite.
 * @returns the hash of the outputs.
 * @throws OutputContractError
 * @throws InferenceRevert `NonFiniteOutput`
 */
export function acceptOutputs(
  model: Model,
  evaluation: Evaluation,
  outputs: readonly Tensor[],
): Hex {
  const known = accepted.get(outputs)
  if (known) return known
  checkContract(model, evaluation, outputs)
  checkFinite(outputs)
  const hash = hashTensors(outputs)
  accepted.set(outputs, hash)
  return hash
}

function checkContract(model: Model, evaluation: Evaluation, outputs: readonly Tensor[]): void {
  model.outputs.forEach(({ dtype }, i) => {
    const want = `${dtypeName(dtype)}[${evaluation.outputShapes[i]}]`
    const output = outputs[i]
    const got = output ? `${dtypeName(output.dtype)}[${output.shape}]` : 'nothing'
    if (want !== got) throw new OutputContractError(model.id, i, want, got)
  })
}

/** The bits of a NaN differ between machines. */
function checkFinite(outputs: readonly Tensor[]): void {
  outputs.forEach((output, i) => {
    const index = firstNonFinite(output)
    if (index !== -1) throw nonFiniteOutput(i, index)
  })
}

/**
 * The result of `infer`: the only output as `int256[]`.
 * @param encoding - What its integers stand for, where they stand for reals.
 * @throws InferenceRevert `OutputOutOfRange`
 */
export function encodeNumbers(output: Tensor, encoding: Encoding | undefined): Uint8Array {
  const count = output.data.length / bytesPerElement(output.dtype)
  return encodeAbi([
    words(count, (out, at) => {
      const fault = wordsFromElements(output.dtype, output.data, out, at, encoding)
      if (fault) throw outputOutOfRange(0, fault.index)
    }),
  ])
}

/** The result of `inferTensors`: `Tensor[]`. */
export function encodeTensors(outputs: readonly Tensor[]): Uint8Array {
  return encodeAbi([array(outputs.map(tensor))])
}

/** Bits of a float that are all set in NaN and infinities alone, in the element's highest bytes. */
const EXPONENT: ReadonlyMap<Dtype, number> = new Map([
  [Dtype.float16, 0x7c00],
  [Dtype.bfloat16, 0x7f80],
  [Dtype.float32, 0x7f80],
  [Dtype.float64, 0x7ff0],
])

function firstNonFinite({ dtype, data }: Tensor): number {
  const exponent = EXPONENT.get(dtype)
  if (exponent === undefined) return -1
  const size = bytesPerElement(dtype)
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength)
  for (let at = size - 2; at < data.length; at += size) {
    if ((view.getUint16(at, true) & exponent) === exponent) return (at + 2 - size) / size
  }
  return -1
}
