import {
  type Address,
  bytesToHex,
  type Hex,
  hexToBytes,
  isAddress,
  size,
  stringToBytes,
} from 'viem'
import { BaseError } from './errors/base.js'

const maxBytes = 32

/** A name that the registry cannot hold. */
export class InvalidModelNameError extends BaseError {
  override readonly name = 'InvalidModelNameError'

  constructor(name: string, reason: string) {
    super(`"${name}" is no name of a model: ${reason}.`, {
      remedy: 'Write it like volatility-v1, or owner/volatility-v1 with the address that set it.',
    })
  }
}

/**
 * Encodes a name as the registry stores it: UTF-8, zero-padded on the right to 32 bytes.
 * @throws InvalidModelNameError when it is empty, too long, no valid Unicode, or holds a slash or control character.
 */
export function toModelName(name: string): Hex {
  if (/\p{Cs}/u.test(name)) throw new InvalidModelNameError(name, 'it holds half a character')
  const bytes = stringToBytes(name)
  if (bytes.length === 0) throw new InvalidModelNameError(name, 'it is empty')
  if (bytes.length > maxBytes) {
    throw new InvalidModelNameError(name, `it takes ${bytes.length} bytes, of at most ${maxBytes}`)
  }
  if (/[/\p{Cc}]/u.test(name)) {
    throw new InvalidModelNameError(name, 'it holds a slash or a control character')
  }
  const padded = new Uint8Array(maxBytes)
  padded.set(bytes)
  return bytesToHex(padded)
}

/** Decodes a name of the registry; bytes that are no UTF-8 come back as hex. */
export function fromModelName(encoded: Hex): string {
  const bytes = hexToBytes(encoded)
  const end = bytes.findLastIndex((byte) => byte !== 0) + 1
  const text = new TextDecoder().decode(bytes.subarray(0, end))
  return text.includes('\ufffd') || size(encoded) !== maxBytes ? encoded : text
}

/**
 * Splits `owner/name` or `name`.
 * @throws InvalidModelNameError when the owner is no address, or the name no name.
 */
export function parseModelName(text: string): { owner: Address | undefined; name: string } {
  const slash = text.indexOf('/')
  const owner = slash < 0 ? undefined : text.slice(0, slash)
  const name = text.slice(slash + 1)
  if (owner !== undefined && !isAddress(owner)) {
    throw new InvalidModelNameError(text, 'its owner is no address')
  }
  toModelName(name)
  return { owner, name }
}
