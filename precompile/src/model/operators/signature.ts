import { Dtype, type DtypeName } from '../../tensor.js'

/** Element types, by the operator-set version from which the engine has kernels for them. */
export type TypeSet = Readonly<Record<number, readonly Dtype[]>>

/** A formal input or output. */
export interface Parameter {
  /** A type variable, or one fixed element type; undefined when the operator decides. */
  readonly variable: string | undefined
  readonly dtype: Dtype | undefined
  readonly optional: boolean
  /** Stands for any number of values, at the end of the list. */
  readonly variadic: boolean
  /** First operator-set version that has this parameter. */
  readonly since: number
}

/** Types and number of an operator's inputs and outputs. */
export interface Signature {
  readonly inputs: readonly Parameter[]
  readonly outputs: readonly Parameter[]
  readonly types: Readonly<Record<string, TypeSet>>
  /** Operator-set versions in which the engine has the operator. */
  readonly since: number
  readonly until: number
}

/**
 * Reads a signature such as `T, T, int64?@13 -> T`: type variables or element types; `?` optional,
 * `...` any number, `@13` from operator set 13 on, `*` an output whose type the operator decides.
 * @param types - For each variable, the element types that the engine's kernels take.
 */
export function signature(
  text: string,
  types: Readonly<Record<string, TypeSet>> = {},
  versions: { since?: number; until?: number } = {},
): Signature {
  const [inputs = '', outputs = ''] = text.split('->')
  const first = Object.values(types).map((set) => Math.min(...Object.keys(set).map(Number)))
  return {
    inputs: parseParameters(inputs),
    outputs: parseParameters(outputs),
    types,
    since: versions.since ?? Math.max(1, ...first),
    until: versions.until ?? Number.POSITIVE_INFINITY,
  }
}

function parseParameters(text: string): readonly Parameter[] {
  const parts = text.split(',').map((part) => part.trim())
  return parts.filter((part) => part !== '').map(parseParameter)
}

function parseParameter(text: string): Parameter {
  const match = /^(\*|\w+)(\?|\.\.\.)?(?:@(\d+))?$/.exec(text)
  if (match === null) throw new TypeError(`"${text}" is no parameter of a signature`)
  const [, type = '*', mark, since] = match
  const dtype = type in Dtype ? Dtype[type as DtypeName] : undefined
  return {
    variable: type === '*' || dtype !== undefined ? undefined : type,
    dtype,
    optional: mark !== undefined,
    variadic: mark === '...',
    since: since === undefined ? 1 : Number(since),
  }
}

/** Whether the engine has kernels for an element type at an operator-set version. */
export function admits(set: TypeSet, dtype: Dtype, version: number): boolean {
  for (const since in set) {
    if (Number(since) <= version && set[since]?.includes(dtype)) return true
  }
  return false
}
