import type { TraceOptions } from '../../node/trace/trace.js'
import { type Codec, CodecError, list } from '../codec.js'
import type { ParityType } from '../format/trace/parity.js'

const known: readonly ParityType[] = ['trace', 'vmTrace', 'stateDiff']

const traceType: Codec<ParityType> = (value) => {
  const found = known.find((name) => name === value)
  if (!found) throw new CodecError(`one of ${known.join(', ')}`, value)
  return found
}

/** What a replay shall tell of an execution. */
export const traceTypes = list(traceType, 10)

/** What must be recorded to tell that. */
export function recordingFor(types: readonly ParityType[]): TraceOptions {
  return {
    accounts: types.includes('stateDiff'),
    ...(types.includes('vmTrace') && { steps: { effects: true } }),
  }
}
