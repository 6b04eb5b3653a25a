import { anything, type Codec, CodecError, integer, object, text } from '../codec.js'
import { formatStructLogs } from '../format/trace/structLogs.js'
import { blockOverrides, compact, stateOverrides } from '../params.js'
import { structLogFields, toStepOptions } from './structLogOptions.js'
import { namedTracer, type Tracer } from './tracer.js'

/** A span of time as Go writes it: `500ms`, `1m30s`. */
const duration: Codec<number> = (value) => {
  const spans = typeof value === 'string' && value.length < 40 ? value.matchAll(span) : []
  let total = 0
  let length = 0
  for (const [whole, amount, unit] of spans) {
    total += Number(amount) * (millisecondsOf[unit as string] as number)
    length += whole.length
  }
  if (length === 0 || length !== String(value).length) {
    throw new CodecError('a duration like "10s" or "500ms"', value)
  }
  return total
}
const span = /(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h)/g
const millisecondsOf: Record<string, number> = {
  ns: 1e-6,
  us: 1e-3,
  µs: 1e-3,
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
}

const fields = { ...structLogFields, tracer: text, tracerConfig: anything, timeout: duration }

/** The last parameter of `debug_trace*`: geth's struct logger and its settings, or another tracer. */
export const tracingOptions: Codec<Tracer> = (value) => {
  const { tracer, tracerConfig, timeout, ...structLog } = object(fields)(value)
  const { options, format } =
    tracer === undefined
      ? { options: { steps: toStepOptions(structLog) }, format: formatStructLogs }
      : namedTracer(tracer, tracerConfig)
  return { options: { ...options, ...(timeout !== undefined && { timeoutMs: timeout }) }, format }
}

/** The same without any settings. */
export const defaultTracing: Tracer = tracingOptions({})

const overrideFields = object({ stateOverrides, blockOverrides, txIndex: integer(0, 2 ** 31) })

/** The last parameter of `debug_traceCall`: a tracer, and what the call shall see instead of the chain. */
export const callTracingOptions = (value: unknown) => {
  const { stateOverrides: state, blockOverrides: block, txIndex } = overrideFields(value)
  return { tracer: tracingOptions(value), overrides: compact({ state, block }), txIndex }
}
