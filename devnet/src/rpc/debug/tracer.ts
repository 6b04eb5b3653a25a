import type { TraceOptions } from '../../node/trace/trace.js'
import { boolean, type Codec, CodecError, object } from '../codec.js'
import { formatCallTrace } from '../format/trace/callTracer.js'
import { formatFourByte } from '../format/trace/fourByte.js'
import type { LabelledTrace } from '../format/trace/inference.js'
import { formatFlatCalls, type TracePlace, withoutPrecompiles } from '../format/trace/parity.js'
import { formatPrestate } from '../format/trace/prestate.js'
import { compact } from '../params.js'

/** What to record of an execution, and how to tell it. */
export interface Tracer {
  readonly options: TraceOptions
  /** @param place where it stands on the chain; undefined for a call. */
  format(trace: LabelledTrace, place: TracePlace | undefined): unknown
}

/** geth's tracers by name, each made from its `tracerConfig`. */
const tracers: Record<string, Codec<Tracer>> = {
  callTracer: (config) => {
    const settings = compact(object({ withLog: boolean, onlyTopCall: boolean })(config))
    return { options: {}, format: (trace) => formatCallTrace(trace, settings) }
  },
  flatCallTracer: (config) => {
    const { includePrecompiles } = object({ includePrecompiles: boolean })(config)
    const isTold = includePrecompiles ? undefined : withoutPrecompiles
    return { options: {}, format: (trace, place) => formatFlatCalls(trace, place, isTold) }
  },
  prestateTracer: (config) => {
    const fields = { diffMode: boolean, disableCode: boolean, disableStorage: boolean }
    const settings = compact(object(fields)(config))
    return { options: { accounts: true }, format: (trace) => formatPrestate(trace, settings) }
  },
  '4byteTracer': () => ({ options: {}, format: formatFourByte }),
  noopTracer: () => ({ options: {}, format: () => ({}) }),
  muxTracer: muxTracer,
}

/**
 * The tracer of this name.
 * @param config its settings, as the client sent them.
 */
export function namedTracer(name: string, config: unknown): Tracer {
  const make = Object.hasOwn(tracers, name) ? tracers[name] : undefined
  if (!make) throw new CodecError(`one of ${Object.keys(tracers).join(', ')}`, name, '.tracer')
  return within('.tracerConfig', () => make(config ?? {}))
}

/** Several tracers on one execution; its settings name them, each with its own. */
function muxTracer(config: unknown): Tracer {
  const parts = Object.entries(object({})(config) && (config as object)).map(([name, settings]) => {
    if (name === 'muxTracer') throw new CodecError('no muxTracer within another', name)
    return [name, within(`.${name}`, () => namedTracer(name, settings))] as const
  })
  return {
    options: { accounts: parts.some(([, { options }]) => options.accounts) },
    format: (trace, place) =>
      Object.fromEntries(parts.map(([name, part]) => [name, part.format(trace, place)])),
  }
}

function within<T>(step: string, decode: () => T): T {
  try {
    return decode()
  } catch (error) {
    throw error instanceof CodecError ? error.under(step) : error
  }
}
