import { BaseError } from '../errors.js'

/** Stable, machine-readable reason why a model is refused, or a run of it. */
export type ModelErrorCode =
  | 'parse'
  | 'too_large'
  | 'version'
  | 'graph'
  | 'operator'
  | 'domain'
  | 'control_flow'
  | 'random'
  | 'function'
  | 'external_data'
  | 'string_tensor'
  | 'value_type'
  | 'unbounded_shape'
  | 'shape_mismatch'
  | 'not_exact'
  | 'encoding'
  | 'lowering'
  | 'calibration'

/** Where in the graph a model error arose. */
export interface ModelErrorSite {
  /** Name of the node, or of its first output where the node has none. */
  readonly node?: string | undefined
  /** Operator of that node, as `Op` or `domain.Op`. */
  readonly operator?: string | undefined
}

/** Root of every error about a model file or about the shapes that it is asked to run on. */
export abstract class ModelError extends BaseError {
  override readonly name: string = 'ModelError'
  abstract readonly code: ModelErrorCode
  readonly node: string | undefined
  readonly operator: string | undefined

  constructor(
    message: string,
    options: ModelErrorSite & { readonly remedy: string; readonly cause?: unknown },
  ) {
    super(message, {
      remedy: options.remedy,
      ...(options.cause === undefined ? {} : { cause: options.cause }),
    })
    this.node = options.node
    this.operator = options.operator
  }
}

/** Thrown when the bytes are no ONNX model: corrupt, truncated or nested too deep. */
export class ModelParseError extends ModelError {
  override readonly name = 'ModelParseError'
  readonly code = 'parse'

  constructor(reason: string, options: { cause?: unknown } = {}) {
    super(`These bytes are not a readable ONNX model: ${reason}.`, {
      ...options,
      remedy: 'Export the model again and compare its size and hash with the original file.',
    })
  }
}

/** Thrown when a model, or one run of it, exceeds a limit on size, memory or work. */
export class ModelTooLargeError extends ModelError {
  override readonly name = 'ModelTooLargeError'
  readonly code = 'too_large'
  readonly actual: number
  readonly limit: number

  /** @param what The measured quantity with its unit, such as `bytes of the file`. */
  constructor(what: string, actual: number, limit: number, site: ModelErrorSite = {}) {
    super(`Too large: ${what} is ${actual}, the limit is ${limit}${at(site)}.`, {
      ...site,
      remedy: 'Use a smaller model or smaller inputs, or quantise the weights.',
    })
    this.actual = actual
    this.limit = limit
  }
}

/** Thrown for an IR or operator-set version that the engine does not read. */
export class ModelVersionError extends ModelError {
  override readonly name = 'ModelVersionError'
  readonly code = 'version'

  constructor(what: string, actual: number | bigint, min: number, max: number) {
    super(`The model's ${what} is ${actual}; versions ${min} to ${max} are read.`, {
      remedy: `Convert it with onnx.version_converter, or export it again within that range.`,
    })
  }
}

/** Thrown when a graph breaks ONNX's own rules: a missing input, a cycle, contradicting shapes. */
export class InvalidGraphError extends ModelError {
  override readonly name = 'InvalidGraphError'
  readonly code = 'graph'

  constructor(reason: string, site: ModelErrorSite & { cause?: unknown } = {}) {
    super(`The graph is not valid${at(site)}: ${reason}.`, {
      ...site,
      remedy: 'Check the file with onnx.checker.check_model(model, full_check=True).',
    })
  }
}

/** Thrown for an operator, or a form of one, that is outside the allow-list. */
export class UnsupportedOperatorError extends ModelError {
  override readonly name = 'UnsupportedOperatorError'
  readonly code = 'operator'

  constructor(reason: string, site: ModelErrorSite, remedy: string) {
    super(`Operator not supported${at(site)}: ${reason}.`, { ...site, remedy })
  }
}

/** Thrown for an operator outside the domains `ai.onnx` and the admitted part of `ai.onnx.ml`. */
export class CustomDomainError extends ModelError {
  override readonly name = 'CustomDomainError'
  readonly code = 'domain'

  constructor(domain: string, site: ModelErrorSite) {
    super(`Operators of the domain "${domain}" are not supported${at(site)}.`, {
      ...site,
      remedy:
        domain === 'com.microsoft'
          ? 'Export the model before ONNX Runtime optimises it: its fused operators are not ONNX.'
          : 'Express the operator with operators of the default domain and export again.',
    })
  }
}

/** Thrown for control flow whose work has no static bound. */
export class ControlFlowError extends ModelError {
  override readonly name = 'ControlFlowError'
  readonly code = 'control_flow'

  constructor(site: ModelErrorSite) {
    super(`A loop has no static bound${at(site)}.`, {
      ...site,
      remedy: 'Unroll the loop before exporting, or use LSTM, GRU or RNN; If is supported.',
    })
  }
}

/** Thrown for an operator that draws random numbers. */
export class RandomOperatorError extends ModelError {
  override readonly name = 'RandomOperatorError'
  readonly code = 'random'

  constructor(site: ModelErrorSite) {
    super(`A random operator gives every machine another answer${at(site)}.`, {
      ...site,
      remedy: 'Export in inference mode, and pass random values in as an input.',
    })
  }
}

/** Thrown for a model with functions of its own. */
export class ModelFunctionError extends ModelError {
  override readonly name = 'ModelFunctionError'
  readonly code = 'function'

  constructor(functionName: string) {
    super(`The model defines its own function "${functionName}".`, {
      remedy: 'Inline the functions first: onnx.inliner.inline_local_functions(model).',
    })
  }
}

/** Thrown when a tensor's data lives in another file. */
export class ExternalDataError extends ModelError {
  override readonly name = 'ExternalDataError'
  readonly code = 'external_data'

  constructor(tensor: string) {
    super(`The data of tensor "${tensor}" is in another file.`, {
      remedy: 'Save the model in one file: onnx.save(model, path, save_as_external_data=False).',
    })
  }
}

/** Thrown for a string tensor: input, output, weight or constant. */
export class StringTensorError extends ModelError {
  override readonly name = 'StringTensorError'
  readonly code = 'string_tensor'

  constructor(value: string, site: ModelErrorSite = {}) {
    super(`"${value}" is a string tensor${at(site)}.`, {
      ...site,
      remedy: 'Turn text into token ids before the model, and labels into integers after it.',
    })
  }
}

/** Thrown for a value that is no dense tensor of a supported element type. */
export class UnsupportedTypeError extends ModelError {
  override readonly name = 'UnsupportedTypeError'
  readonly code = 'value_type'

  constructor(value: string, type: string, site: ModelErrorSite = {}) {
    super(`"${value}" is of the type ${type}, which is not supported${at(site)}.`, {
      ...site,
      remedy: 'Use dense tensors of float16, float32, float64, integers or booleans.',
    })
  }
}

/** Thrown when a shape depends on tensor data, so that no run has a cost known beforehand. */
export class UnboundedShapeError extends ModelError {
  override readonly name = 'UnboundedShapeError'
  readonly code = 'unbounded_shape'

  constructor(reason: string, site: ModelErrorSite = {}) {
    super(`A shape has no bound known before the run${at(site)}: ${reason}.`, {
      ...site,
      remedy: 'Fix the shape when exporting, or compute it from shapes and constants alone.',
    })
  }
}

/** Thrown when the shapes that a caller gives disagree with the declared inputs or the graph. */
export class ShapeMismatchError extends ModelError {
  override readonly name = 'ShapeMismatchError'
  readonly code = 'shape_mismatch'
  /** Index of the input; −1 when the number of inputs is wrong. */
  readonly input: number
  /** Declared shape, −1 for a dimension that the caller chooses. */
  readonly want: readonly number[]
  readonly got: readonly number[]

  constructor(
    mismatch: { input: number; want: readonly number[]; got: readonly number[]; reason?: string },
    options: ModelErrorSite & { cause?: unknown } = {},
  ) {
    const { input, want, got, reason } = mismatch
    super(
      reason === undefined
        ? `Input ${input} wants the shape [${want}], not [${got}].`
        : `Input ${input} of the shape [${got}] does not fit the graph${at(options)}: ${reason}.`,
      { ...options, remedy: 'Call with the shape that the model was exported for.' },
    )
    this.input = input
    this.want = want
    this.got = got
  }
}

function at(site: ModelErrorSite): string {
  if (site.operator === undefined) return ''
  return site.node === undefined ? ` at ${site.operator}` : ` at ${site.operator} "${site.node}"`
}
