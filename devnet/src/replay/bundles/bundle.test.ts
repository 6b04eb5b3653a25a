import { lstat, mkdir, readdir, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { modelIdOf } from '@lockstep/precompile'
import { describe, expect, test } from 'vitest'
import { temporaryFolder } from '../../node/testing/folder.js'
import { affine } from '../../node/testing/models.js'
import { ownConfig } from '../runtime.js'
import { changeFile, changeManifest } from '../testing/bundles.js'
import { openBundle } from './open.js'
import { BundleWriter } from './write.js'

const hash = `0x${'11'.repeat(32)}` as const
const place = { number: 0n, hash }
/** The RLP of a list of three lists: as much as a bundle asks of a block. */
const block = Uint8Array.of(0xc3, 0xc0, 0xc0, 0xc0)

/** A small bundle in a folder of its own. */
async function written(): Promise<{ readonly folder: string; readonly parent: string }> {
  const parent = await temporaryFolder()
  const folder = join(parent, 'bundle')
  const writer = await BundleWriter.create(folder)
  await writer.writeGenesis({ config: {} })
  await writer.addModel(affine.id, affine.bytes)
  const none = { blockNumber: 1n, receipts: [] }
  for (let number = 0; number < 3; number++) {
    await writer.addBlock({
      block,
      receipts: none,
      inferences: [],
      edits: { after: 1n, accounts: {} },
    })
  }
  await writer.finish({ lockstep: ownConfig, chainId: 1, base: place, head: place })
  return { folder, parent }
}

const open = (folder: string) => openBundle(folder, ownConfig)

async function failureOf(folder: string): Promise<{ name: string; message: string }> {
  return open(folder).then(
    () => ({ name: 'none', message: 'It was opened.' }),
    (error) => error,
  )
}

describe('BundleWriter', () => {
  test('leaves nothing but the bundle, and reads back', async () => {
    const { folder, parent } = await written()
    expect(await readdir(parent)).toEqual(['bundle'])
    const bundle = await open(folder)
    expect(await bundle.genesis()).toEqual({ config: {} })
    const blocks: Uint8Array[] = []
    for await (const one of bundle.blocks()) blocks.push(one)
    expect(blocks).toEqual([block, block, block])
    expect(await bundle.models.get(affine.id)).toEqual(affine.bytes)
    expect(await bundle.models.has(hash)).toBe(false)
  })

  test('leaves nothing when it is abandoned', async () => {
    const parent = await temporaryFolder()
    const writer = await BundleWriter.create(join(parent, 'bundle'))
    await writer.writeGenesis({})
    await writer.abandon()
    expect(await readdir(parent)).toEqual([])
  })

  test('takes an empty folder, and no other thing in its place', async () => {
    const parent = await temporaryFolder()
    await mkdir(join(parent, 'empty'))
    const writer = await BundleWriter.create(join(parent, 'empty'))
    await writer.writeGenesis({})
    await writer.finish({ lockstep: undefined, chainId: 1, base: place, head: place })
    await expect(BundleWriter.create(join(parent, 'empty'))).rejects.toThrow('exists already')
    await writeFile(join(parent, 'file'), '')
    await expect(BundleWriter.create(join(parent, 'file'))).rejects.toThrow('exists already')
  })
})

describe('openBundle refuses', () => {
  const model = `models/${affine.id}.onnx`
  const cases: [string, (folder: string, parent: string) => Promise<unknown>, string, RegExp][] = [
    [
      'a folder that is not there',
      (f) => rm(f, { recursive: true }),
      'BundleFileError',
      /manifest.json cannot be read \(ENOENT\)/,
    ],
    [
      'a missing file',
      (f) => rm(join(f, 'chain.rlp')),
      'BundleFileError',
      /chain.rlp cannot be read \(ENOENT\)/,
    ],
    [
      'a missing model',
      (f) => rm(join(f, model)),
      'BundleFileError',
      /models\/0x.*cannot be read \(ENOENT\)/,
    ],
    [
      'a truncated file',
      (f) => truncate(join(f, 'chain.rlp'), 5),
      'BundleFileError',
      /chain.rlp has 5 bytes, and should have 12/,
    ],
    [
      'a flipped bit in a file',
      (f) =>
        writeFile(
          join(f, 'chain.rlp'),
          Uint8Array.of(0xc3, 0xc0, 0xc0, 0xc0, ...block, 0xc3, 0xc0, 0xc0, 0xc1),
        ),
      'BundleHashError',
      /chain.rlp has the sha256 [0-9a-f]{64}, and the manifest says [0-9a-f]{64}/,
    ],
    [
      'a flipped bit in a model whose hash was corrected',
      (f) => changeFile(f, model, (bytes) => bytes.fill(bytes[40] ? bytes[40] ^ 1 : 1, 40, 41)),
      'BundleFileError',
      /holds another model, with the id 0x/,
    ],
    [
      'a manifest that is no JSON',
      (f) => writeFile(join(f, 'manifest.json'), '{'),
      'BundleFormatError',
      /manifest.json is no JSON/,
    ],
    [
      'a manifest that is no text',
      (f) => writeFile(join(f, 'manifest.json'), Uint8Array.of(0xff)),
      'BundleFormatError',
      /is no JSON/,
    ],
    [
      'another format',
      (f) =>
        changeManifest(f, (m) => {
          m.format = 1
        }),
      'BundleVersionError',
      /has format 1, and this lockstep reads 2/,
    ],
    [
      'another runtime',
      (f) =>
        changeManifest(f, (m) => {
          ;(m.lockstep as { validator: string }).validator = '0'
        }),
      'BundleRuntimeError',
      /validator is "0", and here it is/,
    ],
    [
      'a path that leaves the folder',
      (f) =>
        changeManifest(f, (m) => {
          ;(m.files as Record<string, unknown>)['../../etc/passwd'] = { bytes: 1, sha256: hash }
        }),
      'BundlePathError',
      /lists "..\/..\/etc\/passwd", which no bundle holds/,
    ],
    [
      'a model under a name that leaves the folder',
      (f) =>
        changeManifest(f, (m) => {
          ;(m.files as Record<string, unknown>)[`models/../${affine.id}.onnx`] = {
            bytes: 1,
            sha256: hash,
          }
        }),
      'BundlePathError',
      /which no bundle holds/,
    ],
    [
      'an absurd size, without reserving it',
      (f) =>
        changeManifest(f, (m) => {
          ;(m.files as Record<string, unknown>)[model] = { bytes: 2 ** 47, sha256: hash }
        }),
      'BundleFormatError',
      /140737488355328 bytes, more than/,
    ],
    [
      'a file that is a link',
      async (f, parent) => {
        await rename(join(f, 'chain.rlp'), join(parent, 'elsewhere'))
        await symlink(join(parent, 'elsewhere'), join(f, 'chain.rlp'))
      },
      'BundleFileError',
      /chain.rlp is no plain file/,
    ],
    [
      'a folder of models that is a link',
      async (f, parent) => {
        await rename(join(f, 'models'), join(parent, 'elsewhere'))
        await symlink(join(parent, 'elsewhere'), join(f, 'models'))
      },
      'BundleFileError',
      /models is no folder/,
    ],
    [
      'a manifest that does not list what every bundle has',
      (f) =>
        changeManifest(f, (m) => {
          m.files = {}
        }),
      'BundleFormatError',
      /does not list genesis.json/,
    ],
    [
      'a manifest of another shape',
      (f) =>
        changeManifest(f, (m) => {
          m.head = 7
        }),
      'BundleFormatError',
      /an object as head, not 7/,
    ],
  ]

  test.each(cases)('%s', async (_, damage, name, message) => {
    const { folder, parent } = await written()
    await damage(folder, parent)
    const before = await readdir(parent, { recursive: true })
    const error = await failureOf(folder)
    expect([error.name, error.message]).toEqual([name, expect.stringMatching(message)])
    expect(await readdir(parent, { recursive: true })).toEqual(before)
  })

  test('a truncated file whose hash was corrected, where it is read', async () => {
    const { folder } = await written()
    await changeFile(folder, 'chain.rlp', (bytes) => bytes.subarray(0, 10))
    const read = async () => {
      for await (const _ of (await open(folder)).blocks());
    }
    await expect(read()).rejects.toThrow(/chain.rlp holds no blocks: the file ends at byte 10/)
  })

  test('lines that are no inferences, with the number of the line', async () => {
    const { folder } = await written()
    await changeFile(folder, 'inferences.jsonl', () =>
      Buffer.from('{"blockNumber":1,"method":"steal"}\n'),
    )
    const read = async () => {
      for await (const _ of (await open(folder)).inferences());
    }
    await expect(read()).rejects.toThrow(/inferences.jsonl:1 must have a method/)
  })

  test('nothing of a bundle that it only reads', async () => {
    const { folder } = await written()
    const bundle = await open(folder)
    const added = Uint8Array.of(1, 2, 3)
    await bundle.models.put(added)
    expect(await bundle.models.get(modelIdOf(added))).toEqual(added)
    expect(await readdir(join(folder, 'models'))).toEqual([`${affine.id}.onnx`])
    expect((await lstat(join(folder, 'manifest.json'))).isFile()).toBe(true)
  })
})
