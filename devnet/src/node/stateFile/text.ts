import { promisify } from 'node:util'
import { gunzip, gzip } from 'node:zlib'
import { StateFileError, StateTooLargeError } from './errors.js'
import type { StateFile } from './format.js'

const compress = promisify(gzip)
const expand = promisify(gunzip)

/** What a text may be long; a compressed one could promise any length. */
const longestText = 512 * 1024 * 1024
const gzipMagic = [0x1f, 0x8b]

/** @throws StateTooLargeError */
export function toText(state: StateFile): string {
  try {
    return JSON.stringify(state)
  } catch (cause) {
    if (cause instanceof RangeError) throw new StateTooLargeError(cause)
    throw cause
  }
}

/** The compressed text, as `anvil_dumpState` gives it. @throws StateTooLargeError */
export function toCompressed(state: StateFile): Promise<Uint8Array> {
  return compress(toText(state))
}

/**
 * The parsed file.
 * @param bytes its text, compressed or not.
 * @throws StateFileError
 */
export async function parseState(bytes: Uint8Array): Promise<unknown> {
  const isCompressed = gzipMagic.every((byte, index) => bytes[index] === byte)
  const text = isCompressed ? await expanded(bytes) : bytes
  try {
    return JSON.parse(new TextDecoder().decode(text))
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StateFileError('the file', `JSON (${reason})`, `${text.length} bytes`, { cause })
  }
}

async function expanded(bytes: Uint8Array): Promise<Uint8Array> {
  try {
    return await expand(bytes, { maxOutputLength: longestText })
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new StateFileError('the file', `gzip (${reason})`, `${bytes.length} bytes`, { cause })
  }
}
