import {
  type Abi,
  type Address,
  ContractFunctionRevertedError,
  decodeErrorResult,
  type Hex,
  isHex,
  RpcRequestError,
} from 'viem'
import { feedAbi, freshnessAbi, inferenceAbi, modelRegistryAbi } from '../abis.js'
import { fromModelName } from '../modelName.js'
import * as feed from './feed.js'
import { InferenceRevertError } from './inferenceRevert.js'
import * as staleness from './staleness.js'

/** The chain does not list the model. */
export class ModelNotFoundError extends InferenceRevertError {
  override readonly name = 'ModelNotFoundError'
  constructor(
    readonly model: Hex,
    cause: unknown,
  ) {
    super('ModelNotFound', `Model ${model} is not registered on this chain.`, {
      remedy: 'Register it with `deployModelSync`, or with `lockstep deploy model.onnx`.',
      cause,
    })
  }
}

/** The validator refuses the model's bytes. */
export class ModelRefusedError extends InferenceRevertError {
  override readonly name = 'ModelRefusedError'

  /** @param reason What the validator says, where the node tells it. */
  constructor(
    readonly model: Hex,
    cause: unknown,
    reason = '`lockstep inspect model.onnx` says why.',
  ) {
    super('ModelRefused', `Model ${model} is refused by the validator.`, { remedy: reason, cause })
  }
}

/** The model has several inputs or outputs, or more than one open dimension. */
export class UseInferTensorsError extends InferenceRevertError {
  override readonly name = 'UseInferTensorsError'
  constructor(
    readonly model: Hex,
    cause: unknown,
  ) {
    super('UseInferTensors', `Model ${model} has a signature that \`infer\` cannot carry.`, {
      remedy: 'Call it with `inferTensors`.',
      cause,
    })
  }
}

/** Another number of inputs than the model has. */
export class InputCountMismatchError extends InferenceRevertError {
  override readonly name = 'InputCountMismatchError'
  constructor(
    readonly want: bigint,
    readonly got: bigint,
    cause: unknown,
  ) {
    super('InputCountMismatch', `The model takes ${want} inputs, got ${got}.`, { cause })
  }
}

/** An input of another element type than declared; types are ONNX `TensorProto.DataType` numbers. */
export class DtypeMismatchError extends InferenceRevertError {
  override readonly name = 'DtypeMismatchError'
  constructor(
    readonly input: bigint,
    readonly want: number,
    readonly got: number,
    cause: unknown,
  ) {
    super('DtypeMismatch', `Input ${input} has the element type ${want}, got ${got}.`, {
      remedy: 'The numbers are those of ONNX TensorProto.DataType: 1 is float32, 7 is int64.',
      cause,
    })
  }
}

/** An input of another shape than declared. */
export class ShapeMismatchError extends InferenceRevertError {
  override readonly name = 'ShapeMismatchError'
  constructor(
    readonly input: bigint,
    readonly want: readonly number[],
    readonly got: readonly number[],
    cause: unknown,
  ) {
    super('ShapeMismatch', `Input ${input} has the shape [${want.map(dimension)}], got [${got}].`, {
      cause,
    })
  }
}

/** `data` of another length than its dtype and shape take. */
export class DataLengthMismatchError extends InferenceRevertError {
  override readonly name = 'DataLengthMismatchError'
  constructor(
    readonly input: bigint,
    readonly want: bigint,
    readonly got: bigint,
    cause: unknown,
  ) {
    super('DataLengthMismatch', `Input ${input} takes ${want} bytes, got ${got}.`, { cause })
  }
}

/** A value that the input's element type cannot hold. */
export class ValueOutOfRangeError extends InferenceRevertError {
  override readonly name = 'ValueOutOfRangeError'
  constructor(
    readonly input: bigint,
    readonly index: bigint,
    cause: unknown,
  ) {
    super(
      'ValueOutOfRange',
      `Element ${index} of input ${input} does not fit the input's element type.`,
      { cause },
    )
  }
}

/** Shapes that ask for more memory or work than a block may hold. */
export class RunTooLargeError extends InferenceRevertError {
  override readonly name = 'RunTooLargeError'
  constructor(
    readonly model: Hex,
    cause: unknown,
  ) {
    super(
      'RunTooLarge',
      `Model ${model} would need too much memory or work on inputs of these shapes.`,
      {
        remedy: 'Send smaller inputs.',
        cause,
      },
    )
  }
}

/** The graph itself rejects these values, on every machine. */
export class GraphRejectedError extends InferenceRevertError {
  override readonly name = 'GraphRejectedError'
  constructor(
    readonly model: Hex,
    cause: unknown,
  ) {
    super(
      'GraphRejected',
      `The graph of model ${model} rejects these values: an index out of range, a division by zero.`,
      { cause },
    )
  }
}

/** An output element is NaN or infinite. */
export class NonFiniteOutputError extends InferenceRevertError {
  override readonly name = 'NonFiniteOutputError'
  constructor(
    readonly output: bigint,
    readonly index: bigint,
    cause: unknown,
  ) {
    super('NonFiniteOutput', `Element ${index} of output ${output} is not a finite number.`, {
      remedy: 'Keep the inputs in the range that the model was trained on.',
      cause,
    })
  }
}

/** An output element does not fit `int256` with 18 decimals. */
export class OutputOutOfRangeError extends InferenceRevertError {
  override readonly name = 'OutputOutOfRangeError'
  constructor(
    readonly output: bigint,
    readonly index: bigint,
    cause: unknown,
  ) {
    super(
      'OutputOutOfRange',
      `Element ${index} of output ${output} does not fit int256 with 18 decimals.`,
      {
        remedy: 'Read it with `inferTensors`.',
        cause,
      },
    )
  }
}

/** The gas that a contract may forward is below the model's quote. */
export class InsufficientInferenceGasError extends InferenceRevertError {
  override readonly name = 'InsufficientInferenceGasError'
  constructor(
    readonly needed: bigint,
    readonly left: bigint,
    cause: unknown,
  ) {
    super(
      'InsufficientInferenceGas',
      `The inference needs ${needed} gas; ${left} were left, of which 63/64 may be forwarded.`,
      {
        remedy: 'Send the transaction with more gas.',
        cause,
      },
    )
  }
}

/** The registry holds no model under the name. */
export class NameNotSetError extends InferenceRevertError {
  override readonly name = 'NameNotSetError'
  constructor(
    readonly owner: Address,
    encodedName: Hex,
    cause: unknown,
  ) {
    super('NameNotSet', `The name ${owner}/${fromModelName(encodedName)} points to no model.`, {
      remedy: 'Set it with `setModelName`, or list the names with `getModels`.',
      cause,
    })
  }
}

function dimension(dim: number): string {
  return dim === 0xffffffff ? 'any' : String(dim)
}

type Args = readonly unknown[]

const decoders: Readonly<Record<string, (args: Args, cause: unknown) => InferenceRevertError>> = {
  ModelNotFound: ([model], cause) => new ModelNotFoundError(model as Hex, cause),
  ModelNotRegistered: ([model], cause) => new ModelNotFoundError(model as Hex, cause),
  ModelRefused: ([model], cause) => new ModelRefusedError(model as Hex, cause),
  UseInferTensors: ([model], cause) => new UseInferTensorsError(model as Hex, cause),
  InputCountMismatch: ([want, got], cause) =>
    new InputCountMismatchError(want as bigint, got as bigint, cause),
  DtypeMismatch: ([input, want, got], cause) =>
    new DtypeMismatchError(input as bigint, want as number, got as number, cause),
  ShapeMismatch: ([input, want, got], cause) =>
    new ShapeMismatchError(input as bigint, want as number[], got as number[], cause),
  DataLengthMismatch: ([input, want, got], cause) =>
    new DataLengthMismatchError(input as bigint, want as bigint, got as bigint, cause),
  ValueOutOfRange: ([input, index], cause) =>
    new ValueOutOfRangeError(input as bigint, index as bigint, cause),
  RunTooLarge: ([model], cause) => new RunTooLargeError(model as Hex, cause),
  GraphRejected: ([model], cause) => new GraphRejectedError(model as Hex, cause),
  NonFiniteOutput: ([output, index], cause) =>
    new NonFiniteOutputError(output as bigint, index as bigint, cause),
  OutputOutOfRange: ([output, index], cause) =>
    new OutputOutOfRangeError(output as bigint, index as bigint, cause),
  InsufficientInferenceGas: ([needed, left], cause) =>
    new InsufficientInferenceGasError(needed as bigint, left as bigint, cause),
  NameNotSet: ([owner, name], cause) => new NameNotSetError(owner as Address, name as Hex, cause),
}

/** The errors of guards and feeds, whose classes take the arguments as they come. */
const guardErrors: Readonly<Record<string, new (...args: never[]) => InferenceRevertError>> = {
  StaleTime: staleness.StaleTimeError,
  FutureTime: staleness.FutureTimeError,
  StaleBlock: staleness.StaleBlockError,
  FutureBlock: staleness.FutureBlockError,
  PriceMoved: staleness.PriceMovedError,
  DeadlinePassed: staleness.DeadlinePassedError,
  StalePrice: staleness.StalePriceError,
  FuturePrice: feed.FuturePriceError,
  InvalidPrice: feed.InvalidPriceError,
  IncompleteRound: feed.IncompleteRoundError,
  SequencerDown: feed.SequencerDownError,
  PriceUncertain: feed.PriceUncertainError,
  HistoryTooShort: feed.HistoryTooShortError,
  SourceFailed: feed.SourceFailedError,
  UnsupportedDecimals: feed.UnsupportedDecimalsError,
  ObservationForged: feed.ObservationForgedError,
  ObservationMismatch: feed.ObservationMismatchError,
  InputTooShort: feed.InputTooShortError,
  ObservationOutOfRange: feed.ObservationOutOfRangeError,
  TickOutOfRange: feed.TickOutOfRangeError,
}

/** ERC-7751: a contract in between, such as Uniswap v4's pool manager, put the error in one of its own. */
const wrappedError = {
  type: 'error',
  name: 'WrappedError',
  inputs: [
    { name: 'target', type: 'address' },
    { name: 'selector', type: 'bytes4' },
    { name: 'reason', type: 'bytes' },
    { name: 'details', type: 'bytes' },
  ],
} as const

const abi: Abi = [...inferenceAbi, ...modelRegistryAbi, ...feedAbi, ...freshnessAbi, wrappedError]

/**
 * The typed error behind an error of viem's, whatever contract the call went to and whatever its ABI knows.
 * @returns undefined when it is no revert with one of the known errors.
 */
export function toInferenceRevert(error: unknown): InferenceRevertError | undefined {
  const data = revertData(error)
  return data && fromRevertData(data, error)
}

/**
 * The typed error that revert data holds.
 * @param cause What the error shall name as its cause.
 * @returns undefined when it is none of the known errors.
 */
export function fromRevertData(data: Hex, cause: unknown): InferenceRevertError | undefined {
  const decoded = decodeRevert(data)
  if (!decoded) return undefined
  const { errorName, args = [] } = decoded
  if (errorName === 'WrappedError') return fromRevertData(args[2] as Hex, cause)
  const decoder = decoders[errorName]
  if (decoder) return decoder(args, cause)
  const Guard = guardErrors[errorName]
  if (Guard) return new Guard(...([...args, cause] as never[]))
  const message = `The call reverted with ${errorName}(${args.join(', ')}).`
  return new InferenceRevertError(errorName, message, { cause })
}

/** Revert data as viem keeps it: decoded with the contract's ABI, or in the answer of the node. */
function revertData(error: unknown): Hex | undefined {
  const reverted = findCause(error, (cause) => cause instanceof ContractFunctionRevertedError)
  if (reverted instanceof ContractFunctionRevertedError) return reverted.raw
  const answer = findCause(error, (cause) => cause instanceof RpcRequestError)
  const data = answer instanceof RpcRequestError ? answer.data : undefined
  return isHex(data) ? data : undefined
}

function decodeRevert(data: Hex) {
  try {
    const decoded = decodeErrorResult({ abi, data })
    const isSolidity = decoded.errorName === 'Error' || decoded.errorName === 'Panic'
    return isSolidity ? undefined : decoded
  } catch {
    // A contract may revert with any bytes; what is none of these errors stays viem's to name.
    return undefined
  }
}

/** The first error in a chain of causes that matches. */
export function findCause(error: unknown, matches: (error: unknown) => boolean): unknown {
  for (let cause = error; cause !== undefined && cause !== null; cause = (cause as Error).cause) {
    if (matches(cause)) return cause
  }
  return undefined
}
