import { BaseError } from '../errors.js'
import type { ModelId } from '../model/model.js'
import { type AbiPart, encodeAbi, fixedBytes, integers, word } from './encode.js'
import { FREE_DIMENSION, type InferenceErrorName } from './interface.js'
import { errorSelector } from './selector.js'

/** A fault of the caller: the call reverts with `data`, one of the errors of `inferenceAbi`. */
export class InferenceRevert extends BaseError {
  override readonly name = 'InferenceRevert'
  readonly errorName: InferenceErrorName
  /** ABI-encoded error, selector first. */
  readonly data: Uint8Array

  constructor(
    errorName: InferenceErrorName,
    args: readonly AbiPart[],
    shortMessage: string,
    cause?: unknown,
  ) {
    super(shortMessage, { cause })
    this.errorName = errorName
    this.data = encodeAbi(args, errorSelector(errorName))
  }
}

export function modelNotFound(model: ModelId): InferenceRevert {
  return new InferenceRevert(
    'ModelNotFound',
    [fixedBytes(model)],
    `The chain lists no model ${model}.`,
  )
}

export function modelRefused(model: ModelId, cause: unknown): InferenceRevert {
  return new InferenceRevert(
    'ModelRefused',
    [fixedBytes(model)],
    `The bytes of model ${model} are not admitted.`,
    cause,
  )
}

export function useInferTensors(model: ModelId): InferenceRevert {
  return new InferenceRevert(
    'UseInferTensors',
    [fixedBytes(model)],
    `Model ${model} has several inputs or outputs, or several free dimensions.`,
  )
}

export function inputCountMismatch(want: number, got: number): InferenceRevert {
  return new InferenceRevert(
    'InputCountMismatch',
    [word(want), word(got)],
    `The model takes ${want} inputs, the call has ${got}.`,
  )
}

export function dtypeMismatch(input: number, want: number, got: number): InferenceRevert {
  return new InferenceRevert(
    'DtypeMismatch',
    [word(input), word(want), word(got)],
    `Input ${input} has dtype ${want}, the call gives ${got}.`,
  )
}

/** @param want - Declared dimensions, −1 for one that the caller chooses. */
export function shapeMismatch(
  input: number,
  want: readonly number[],
  got: readonly number[],
): InferenceRevert {
  return new InferenceRevert(
    'ShapeMismatch',
    [word(input), integers(want.map((d) => (d === -1 ? FREE_DIMENSION : d))), integers(got)],
    `Input ${input} has shape [${want}], the call gives [${got}].`,
  )
}

export function dataLengthMismatch(input: number, want: bigint, got: number): InferenceRevert {
  return new InferenceRevert(
    'DataLengthMismatch',
    [word(input), word(want), word(got)],
    `Input ${input} takes ${want} bytes of data, the call gives ${got}.`,
  )
}

export function valueOutOfRange(input: number, index: number): InferenceRevert {
  return new InferenceRevert(
    'ValueOutOfRange',
    [word(input), word(index)],
    `Element ${index} of input ${input} does not fit the input's dtype.`,
  )
}

export function runTooLarge(model: ModelId, cause: unknown): InferenceRevert {
  return new InferenceRevert(
    'RunTooLarge',
    [fixedBytes(model)],
    `A run of model ${model} on inputs of these shapes is over the limits.`,
    cause,
  )
}

export function graphRejected(model: ModelId, cause: unknown): InferenceRevert {
  return new InferenceRevert(
    'GraphRejected',
    [fixedBytes(model)],
    `The graph of model ${model} rejects these values.`,
    cause,
  )
}

export function nonFiniteOutput(output: number, index: number): InferenceRevert {
  return new InferenceRevert(
    'NonFiniteOutput',
    [word(output), word(index)],
    `Element ${index} of output ${output} is NaN or infinite.`,
  )
}

export function outputOutOfRange(output: number, index: number): InferenceRevert {
  return new InferenceRevert(
    'OutputOutOfRange',
    [word(output), word(index)],
    `Element ${index} of output ${output} does not fit int256 with 18 decimals.`,
  )
}

/** @param what - Which part of the calldata is wrong, for people; the revert carries no argument. */
export function malformedCalldata(what: string): InferenceRevert {
  return new InferenceRevert('MalformedCalldata', [], `Malformed calldata: ${what}.`)
}

export function unknownSelector(selector: `0x${string}`): InferenceRevert {
  return new InferenceRevert(
    'UnknownSelector',
    [fixedBytes(selector)],
    `No function has the selector ${selector}.`,
  )
}
