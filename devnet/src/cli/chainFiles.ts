import { readFile } from 'node:fs/promises'
import { UsageError } from './output.js'

/** The parsed file of `--init`. @throws UsageError when it cannot be read, or is no JSON. */
export async function readGenesisFile(file: string): Promise<unknown> {
  const text = new TextDecoder().decode(await readBytes(file, '--init'))
  try {
    return JSON.parse(text)
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause)
    throw new UsageError(`The file ${file} of --init is no JSON: ${reason}`, {
      remedy: 'Give a genesis.json as geth and other clients write it.',
      cause,
    })
  }
}

/** The blocks of `--import`. @throws UsageError when the file cannot be read. */
export function readChainFile(file: string): Promise<Uint8Array> {
  return readBytes(file, '--import')
}

async function readBytes(file: string, flag: string): Promise<Uint8Array> {
  try {
    return await readFile(file)
  } catch (cause) {
    const { code } = cause as NodeJS.ErrnoException
    throw new UsageError(`The file ${file} of ${flag} cannot be read (${code}).`, { cause })
  }
}
