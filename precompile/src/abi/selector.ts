import { utf8ToBytes } from '@noble/hashes/utils'
import { keccak } from '../commitment/keccak.js'
import { type InferenceErrorName, type InferenceMethod, inferenceAbi } from './interface.js'

interface Parameter {
  readonly type: string
  readonly components?: readonly Parameter[]
}

function canonicalType({ type, components }: Parameter): string {
  return components ? type.replace('tuple', `(${components.map(canonicalType).join(',')})`) : type
}

function selector(name: string, inputs: readonly Parameter[]): number {
  const hash = keccak(utf8ToBytes(`${name}(${inputs.map(canonicalType).join(',')})`))
  return new DataView(hash.buffer, hash.byteOffset).getUint32(0)
}

const METHODS = new Map<number, InferenceMethod>()
const SELECTORS = new Map<InferenceMethod, number>()
const ERRORS = new Map<InferenceErrorName, number>()
for (const entry of inferenceAbi) {
  const bytes = selector(entry.name, entry.inputs)
  if (entry.type === 'error') {
    ERRORS.set(entry.name, bytes)
  } else {
    METHODS.set(bytes, entry.name)
    SELECTORS.set(entry.name, bytes)
  }
}

/** The function that the first four bytes of calldata name, read big-endian. Undefined for none of ours. */
export function methodOf(selector: number): InferenceMethod | undefined {
  return METHODS.get(selector)
}

/** The first four bytes of calldata that calls a function, read big-endian. */
export function methodSelector(name: InferenceMethod): number {
  return SELECTORS.get(name) as number
}

/** The first four bytes of an error's revert data, read big-endian. */
export function errorSelector(name: InferenceErrorName): number {
  return ERRORS.get(name) as number
}
