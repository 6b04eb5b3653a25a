import { type Codec, CodecError } from './codec.js'
import type { Context } from './context.js'
import { InvalidParamsError } from './errors.js'
import type { Peer } from './peer.js'

/** One positional parameter of a method. */
export interface Parameter<T> {
  readonly name: string
  readonly decode: Codec<T>
  /** Whether the client must give it; null counts as absent. */
  readonly required: boolean
}

/** A method of the RPC surface: its names, its parameters and what it does. */
export interface Method {
  /** The name that this node's documents use, then its aliases. */
  readonly names: readonly string[]
  readonly parameters: readonly Parameter<unknown>[]
  /** @param name the one of its names that the client used. */
  call(name: string, context: Context, params: readonly unknown[], peer: Peer): Promise<unknown>
}

type Values<P extends readonly Parameter<unknown>[]> = {
  -readonly [K in keyof P]: P[K] extends Parameter<infer T> ? T : never
}

export function required<T>(name: string, decode: Codec<T>): Parameter<T> {
  return { name, decode, required: true }
}

export function optional<T>(name: string, decode: Codec<T>): Parameter<T | undefined>
export function optional<T>(name: string, decode: Codec<T>, otherwise: T): Parameter<T>
export function optional<T>(
  name: string,
  decode: Codec<T>,
  otherwise?: T,
): Parameter<T | undefined> {
  return {
    name,
    required: false,
    decode: (value) => (value === undefined || value === null ? otherwise : decode(value)),
  }
}

/**
 * Declares a method once for all its names.
 * @param run gets the decoded parameters; what it returns is the JSON result, where undefined reads as null.
 */
export function method<const P extends readonly Parameter<unknown>[]>(
  names: string | readonly string[],
  parameters: P,
  run: (context: Context, ...values: [...Values<P>, Peer]) => unknown,
): Method {
  const all = typeof names === 'string' ? [names] : names
  return {
    names: all,
    parameters,
    async call(name, context, params, peer) {
      const values = decodeParams(name, parameters, params)
      return run(context, ...(values as [...Values<P>, Peer]), ...([peer] as never))
    },
  }
}

function decodeParams(
  method: string,
  parameters: readonly Parameter<unknown>[],
  given: readonly unknown[],
): unknown[] {
  if (given.length > parameters.length) {
    throw new InvalidParamsError(
      `${method} takes at most ${parameters.length} parameters, got ${given.length}`,
    )
  }
  return parameters.map((parameter, index) => {
    const value = given[index]
    if (parameter.required && value === undefined) {
      throw new InvalidParamsError(`${method}: parameter ${index} (${parameter.name}) is missing`)
    }
    try {
      return parameter.decode(value)
    } catch (error) {
      if (!(error instanceof CodecError)) throw error
      throw new InvalidParamsError(
        `${method}: parameter ${index} (${parameter.name})${error.message}`,
      )
    }
  })
}
