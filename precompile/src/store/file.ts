import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { modelIdOf } from '../commitment/hash.js'
import { NodeFaultError } from '../errors.js'
import type { ModelId } from '../model/model.js'
import { CorruptBlobError, type ModelStore } from './store.js'

const BLOB_NAME = /^(0x[0-9a-f]{64})\.onnx$/
const ID = /^0x[0-9a-f]{64}$/

/** Something other than a model id was used as one. */
export class InvalidModelIdError extends NodeFaultError {
  override readonly name = 'InvalidModelIdError'

  constructor(id: string) {
    super(`${JSON.stringify(id)} is not a model id.`, {
      remedy: 'An id is 0x and 64 lower-case hex digits, the keccak256 of the file.',
    })
  }
}

/**
 * A store that keeps each model as `<id>.onnx` in a folder. A blob appears there complete or not at all, whatever
 * happens to the process, and several processes may share the folder.
 * @param directory - Made when it is missing.
 */
export function createFileStore(directory: string): ModelStore {
  const pathOf = (id: ModelId) => {
    if (!ID.test(id)) throw new InvalidModelIdError(id)
    return join(directory, `${id}.onnx`)
  }
  return {
    has: async (id) => (await whenPresent(stat(pathOf(id)))) !== undefined,
    get: async (id) => {
      const path = pathOf(id)
      const blob = await whenPresent(readFile(path))
      if (!blob) return undefined
      const actual = modelIdOf(blob)
      if (actual !== id) throw new CorruptBlobError(id, path, actual)
      return new Uint8Array(blob.buffer, blob.byteOffset, blob.byteLength)
    },
    put: async (bytes) => {
      const id = modelIdOf(bytes)
      await writeAtomically(directory, pathOf(id), bytes)
      return id
    },
    delete: (id) => rm(pathOf(id), { force: true }),
    list: async () => {
      const names = (await whenPresent(readdir(directory))) ?? []
      const blobs = names.flatMap((name) => {
        const id = BLOB_NAME.exec(name)?.[1] as ModelId | undefined
        return id ? [{ id, size: whenPresent(stat(join(directory, name))) }] : []
      })
      const sizes = await Promise.all(blobs.map(({ size }) => size))
      // A blob that was deleted meanwhile has no size.
      return blobs.flatMap(({ id }, i) => (sizes[i] ? [{ id, bytes: sizes[i].size }] : []))
    },
  }
}

/** Writes beside the target, makes it durable, and moves it into place. */
async function writeAtomically(directory: string, path: string, bytes: Uint8Array): Promise<void> {
  await mkdir(directory, { recursive: true })
  const temporary = join(directory, `.${randomUUID()}.tmp`)
  try {
    const file = await open(temporary, 'wx')
    try {
      await file.writeFile(bytes)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(temporary, path)
  } catch (error) {
    await rm(temporary, { force: true })
    throw error
  }
  // The rename itself must survive a power cut too; Windows has no handle on a folder.
  if (process.platform === 'win32') return
  const folder = await open(directory, 'r')
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

async function whenPresent<T>(result: Promise<T>): Promise<T | undefined> {
  try {
    return await result
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw error
  }
}
