import { ProtocolError } from './errors.js'

/** The HTTP header that says how much of a body is JSON; what follows are the bytes of tensors. */
export const HEADER_LENGTH = 'inference-header-content-length'

/** A body as it travels: JSON and, where `headerLength` is set, the bytes of tensors behind it. */
export interface Body {
  readonly bytes: Uint8Array
  readonly headerLength: number | undefined
}

/** A body, parsed. */
export interface SplitBody {
  readonly json: Readonly<Record<string, unknown>>
  readonly binary: Uint8Array
}

/** @throws ProtocolError */
export function splitBody({ bytes, headerLength }: Body): SplitBody {
  const length = headerLength ?? bytes.length
  if (length > bytes.length) {
    throw new ProtocolError(
      `Inference-Header-Content-Length is ${length} in a body of ${bytes.length} bytes.`,
    )
  }
  return { json: parseObject(bytes.subarray(0, length)), binary: bytes.subarray(length) }
}

/** @param chunks - Bytes of the tensors that travel as such, in the order in which the JSON names them. */
export function joinBody(json: string, chunks: readonly Uint8Array[]): Body {
  const head = Buffer.from(json)
  if (chunks.length === 0) return { bytes: head, headerLength: undefined }
  return { bytes: Buffer.concat([head, ...chunks]), headerLength: head.length }
}

/**
 * What the header `Inference-Header-Content-Length` says.
 * @throws ProtocolError
 */
export function headerLengthOf(
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
): number | undefined {
  const text = headers[HEADER_LENGTH]
  if (text === undefined) return undefined
  if (typeof text === 'string' && /^\d{1,15}$/.test(text)) return Number(text)
  const shown = JSON.stringify(text).slice(0, 40)
  throw new ProtocolError(`Inference-Header-Content-Length is ${shown}, which is no length.`)
}

function parseObject(bytes: Uint8Array): Record<string, unknown> {
  let value: unknown
  try {
    value = JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // What a parser says quotes the text, which is somebody else's.
    throw new ProtocolError(`The first ${bytes.length} bytes of the body are no JSON.`)
  }
  return asObject(value, 'The body')
}

/** @throws ProtocolError for what is no JSON object. */
export function asObject(value: unknown, what: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw new ProtocolError(`${what} must be an object.`)
  }
  return value as Record<string, unknown>
}

/** @throws ProtocolError for what is no JSON array. */
export function asArray(value: unknown, what: string): readonly unknown[] {
  if (!Array.isArray(value)) throw new ProtocolError(`${what} must be an array.`)
  return value
}

/** @throws ProtocolError for what is no text. */
export function asString(value: unknown, what: string): string {
  if (typeof value !== 'string') throw new ProtocolError(`${what} must be a string.`)
  return value
}
