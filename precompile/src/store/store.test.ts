import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { keccak256 } from 'viem'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createFileStore } from './file.js'
import { createMemoryStore } from './memory.js'

const BLOB = Uint8Array.from({ length: 1000 }, (_, i) => i)
const ID = keccak256(BLOB)

let directory: string
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'lockstep-store-'))
})
afterEach(() => rm(directory, { recursive: true }))

describe.each([
  ['memory', () => createMemoryStore()],
  ['file', () => createFileStore(join(directory, 'models'))],
] as const)('the %s store', (_, create) => {
  test('gives back what was put, under its keccak256', async () => {
    const store = create()
    expect(await store.has(ID)).toBe(false)
    expect(await store.get(ID)).toBeUndefined()
    expect(await store.list()).toEqual([])
    expect(await store.put(BLOB)).toBe(ID)
    expect(await store.put(BLOB)).toBe(ID)
    expect(await store.has(ID)).toBe(true)
    expect(await store.get(ID)).toEqual(BLOB)
    expect(await store.list()).toEqual([{ id: ID, bytes: 1000 }])
  })

  test('forgets what was deleted', async () => {
    const store = create()
    await store.put(BLOB)
    await store.delete(ID)
    await store.delete(ID)
    expect(await store.has(ID)).toBe(false)
    expect(await store.get(ID)).toBeUndefined()
  })

  test('does not change when the caller changes the bytes that it put or got', async () => {
    const store = create()
    const bytes = Uint8Array.from(BLOB)
    await store.put(bytes)
    bytes[0] = 99
    const got = await store.get(ID)
    if (got) got[1] = 99
    expect(await store.get(ID)).toEqual(BLOB)
  })

  test('takes the same blob from many writers at once', async () => {
    const store = create()
    await Promise.all(Array.from({ length: 20 }, () => store.put(BLOB)))
    expect(await store.get(ID)).toEqual(BLOB)
    expect(await store.list()).toHaveLength(1)
  })
})

describe('the file store', () => {
  test('is there for the next process', async () => {
    await createFileStore(directory).put(BLOB)
    expect(await createFileStore(directory).get(ID)).toEqual(BLOB)
    expect(await readdir(directory)).toEqual([`${ID}.onnx`])
  })

  test('error: a blob that changed on disk is a fault of this node, and a new put repairs it', async () => {
    const store = createFileStore(directory)
    await store.put(BLOB)
    await writeFile(join(directory, `${ID}.onnx`), 'something else')
    await expect(store.get(ID)).rejects.toMatchObject({ name: 'CorruptBlobError', model: ID })
    await store.put(BLOB)
    expect(await store.get(ID)).toEqual(BLOB)
  })

  test('error: an id that is no id reaches no file', async () => {
    const store = createFileStore(directory)
    for (const id of ['0x../../etc/passwd', '0x', `${ID}/../x`, ID.toUpperCase()] as const) {
      await expect(async () => store.get(id as `0x${string}`)).rejects.toMatchObject({
        name: 'InvalidModelIdError',
      })
    }
  })

  test('lists only blobs, whatever else lies in the folder', async () => {
    const store = createFileStore(directory)
    await store.put(BLOB)
    await writeFile(join(directory, 'README.md'), 'hello')
    await writeFile(join(directory, '.left-over.tmp'), 'half')
    expect(await store.list()).toEqual([{ id: ID, bytes: 1000 }])
  })
})
