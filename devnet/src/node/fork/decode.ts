import { hexToBytes } from '@ethereumjs/util'
import type { Hex } from '../node.js'
import { RemoteAnswerError } from './errors.js'
import type { Remote } from './remote.js'

const QUANTITY = /^0x[0-9a-fA-F]{1,64}$/
const BYTES = /^0x(?:[0-9a-fA-F]{2})*$/
const HASH = /^0x[0-9a-fA-F]{64}$/

/** Asks a remote for values of known form. @throws RemoteAnswerError beside what `request` throws. */
export async function askQuantity(
  remote: Remote,
  method: string,
  params: readonly unknown[],
): Promise<bigint> {
  const answer = await remote.request(method, params)
  if (!isQuantity(answer)) throw new RemoteAnswerError(remote.host, method, 'a quantity')
  return BigInt(answer)
}

/** @param limit the most bytes that the answer may have. */
export async function askBytes(
  remote: Remote,
  method: string,
  params: readonly unknown[],
  limit: number,
): Promise<Uint8Array> {
  const answer = await remote.request(method, params)
  if (typeof answer !== 'string' || answer.length > 2 + 2 * limit || !BYTES.test(answer)) {
    throw new RemoteAnswerError(remote.host, method, `at most ${limit} bytes`)
  }
  return hexToBytes(answer as Hex)
}

export function isQuantity(value: unknown): value is Hex {
  return typeof value === 'string' && QUANTITY.test(value)
}

export function isHash(value: unknown): value is Hex {
  return typeof value === 'string' && HASH.test(value)
}

export function isBytes(value: unknown): value is Hex {
  return typeof value === 'string' && BYTES.test(value)
}
