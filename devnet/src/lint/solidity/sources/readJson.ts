import { readFile } from 'node:fs/promises'
import { UnreadableFileError } from '../../errors.js'

/** Reads a JSON object. @throws UnreadableFileError when it is none. */
export async function readJson<T extends object>(file: string): Promise<T> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    if (typeof value === 'object' && value !== null) return value as T
  } catch (cause) {
    throw unreadable(file, cause)
  }
  throw unreadable(file)
}

function unreadable(file: string, cause?: unknown): UnreadableFileError {
  const reason = cause instanceof Error ? ` (${cause.message})` : ''
  return new UnreadableFileError(`${file} is no JSON object${reason}.`, {
    remedy: 'Delete it, and build the contracts again.',
    cause,
  })
}
