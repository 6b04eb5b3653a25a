import { readFile, stat, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import fc from 'fast-check'
import { describe, expect, onTestFinished, test } from 'vitest'
import { temporaryFolder } from '../testing/folder.js'
import { DataDir } from './dataDir.js'
import type { Row } from './store.js'
import { VolatileStore } from './volatileStore.js'

const row = (index: number, text: string): Row => [
  index.toString(16).padStart(4, '0'),
  new TextEncoder().encode(text),
]

async function opened(folder: string): Promise<DataDir> {
  const store = await DataDir.open(folder)
  onTestFinished(() => store.close().catch(() => {}))
  return store
}

describe('rows without a folder', () => {
  test('are what was written last, whether in memory or in the temporary file', async () => {
    const writes = fc.array(
      fc.array(fc.tuple(fc.nat(200), fc.string({ minLength: 1, maxLength: 30 })), {
        maxLength: 40,
      }),
      { maxLength: 40 },
    )
    await fc.assert(
      fc.asyncProperty(writes, async (batches) => {
        const store = new VolatileStore(500, 100)
        const model = new Map<string, Uint8Array>()
        for (const batch of batches) {
          const rows = batch.map(([index, text]) => row(index, text))
          await store.write(rows)
          for (const [key, value] of rows) model.set(key, value)
        }
        for (const [key, value] of model) expect(store.get(key)).toEqual(value)
        expect(store.get('ffff')).toBeUndefined()
        await store.close()
      }),
      { numRuns: 20, seed: 4 },
    )
  })
})

describe('rows of a data folder', () => {
  test('are there for the next who opens it', async () => {
    const folder = await temporaryFolder()
    const store = await opened(folder)
    await store.write([row(1, 'one'), row(2, 'two')])
    await store.close()
    const next = await opened(folder)
    expect(next.get('0001')).toEqual(row(1, 'one')[1])
    expect(next.get('0003')).toBeUndefined()
  })

  test('error: a changed byte is noticed when it is read', async () => {
    const folder = await temporaryFolder()
    const store = await opened(folder)
    await store.write([row(1, 'a text that is easy to find'), row(2, 'another')])
    await store.close()
    const file = join(folder, 'chain', 'data.mdb')
    const bytes = await readFile(file)
    const text = 'easy to find'
    for (let at = bytes.indexOf(text); at !== -1; at = bytes.indexOf(text, at + 1)) {
      bytes.write('E', at)
    }
    await writeFile(file, bytes)
    const damaged = await opened(folder)
    expect(() => damaged.get('0001')).toThrow('row 0001 fails its checksum')
    expect(damaged.get('0002')).toEqual(row(2, 'another')[1])
  })

  test('error: a file that was cut short is refused before it is read', async () => {
    const folder = await temporaryFolder()
    const store = await opened(folder)
    await store.write(Array.from({ length: 9_000 }, (_, i) => row(i, 'x'.repeat(100))))
    await store.close()
    const file = join(folder, 'chain', 'data.mdb')
    await truncate(file, Math.floor((await stat(file)).size / 2))
    await expect(DataDir.open(folder)).rejects.toMatchObject({ name: 'CorruptStoreError' })
  })

  test.each<[string, (bytes: Buffer) => Buffer]>([
    ['holds something else', () => Buffer.alloc(100_000, 'z')],
    ['ends within its first pages', (bytes) => bytes.subarray(0, 5_000)],
    ['has a damaged first page', (bytes) => bytes.fill('z', 0, 4_096)],
    ['has a damaged second page', (bytes) => bytes.fill('z', 4_096, 8_192)],
  ])('error: a file that %s', async (_, damage) => {
    const folder = await temporaryFolder()
    const store = await opened(folder)
    await store.write([row(1, 'one')])
    await store.close()
    const file = join(folder, 'chain', 'data.mdb')
    await writeFile(file, damage(await readFile(file)))
    await expect(DataDir.open(folder)).rejects.toMatchObject({ name: 'CorruptStoreError' })
  })
})
