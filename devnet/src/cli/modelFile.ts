import { open, readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { defaultLimits, ModelTooLargeError } from '@lockstep/precompile'
import { UsageError } from './output.js'

/** A file of `--models`. */
export interface ModelFile {
  readonly file: string
  readonly bytes: Uint8Array
}

/**
 * Reads a model file, or a pipe that gives one, as far as the limit on a model allows.
 * @throws UsageError when it cannot be read, ModelTooLargeError when no node would take it.
 */
export async function readModelFile(file: string): Promise<Uint8Array> {
  const chunks: Buffer[] = []
  let read = 0
  try {
    const handle = await open(file)
    const { size } = await handle.stat()
    checkSize(file, size)
    for await (const chunk of handle.createReadStream({ highWaterMark: 2 ** 20 })) {
      read += chunk.length
      checkSize(file, read)
      chunks.push(chunk)
    }
  } catch (cause) {
    if (cause instanceof ModelTooLargeError) throw cause
    throw new UsageError(`The model file ${file} cannot be read (${reasonOf(cause)}).`, {
      remedy: 'Check the path and its permissions.',
      cause,
    })
  }
  return Buffer.concat(chunks, read)
}

function checkSize(file: string, bytes: number): void {
  const { fileBytes } = defaultLimits
  if (bytes > fileBytes) throw new ModelTooLargeError(`${file} in bytes`, bytes, fileBytes)
}

/** Every .onnx file of a folder, by name. @throws UsageError when the folder cannot be read. */
export async function readModelFolder(folder: string): Promise<ModelFile[]> {
  const files = await readdir(folder).catch((cause) => {
    throw new UsageError(`The folder ${folder} of --models cannot be read (${reasonOf(cause)}).`, {
      cause,
    })
  })
  const models = files.filter((file) => file.endsWith('.onnx')).sort()
  if (models.length === 0) {
    throw new UsageError(`The folder ${folder} of --models holds no .onnx file.`)
  }
  return Promise.all(
    models.map(async (file) => ({ file, bytes: await readModelFile(join(folder, file)) })),
  )
}

function reasonOf(cause: unknown): string {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : String(cause)
}
