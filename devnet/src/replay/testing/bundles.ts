import { createHash } from 'node:crypto'
import { cp, readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { RLP } from '@ethereumjs/rlp'
import type { Engine } from '@lockstep/precompile'
import { readRlpBlocks } from '../../node/import/rlpBlocks.js'
import { temporaryFolder } from '../../node/testing/folder.js'
import type { RecordedInference } from '../bundles/lines.js'
import { openBundle } from '../bundles/open.js'
import type { ReplayEngine } from '../engine/replayEngine.js'
import { type ExecuteOptions, executeBundle } from '../execute.js'
import { ownConfig } from '../runtime.js'

/** Executes the bundle in a folder in this process. */
export async function execute(folder: string, engine: ExecuteOptions['engine'] = 'wasm') {
  return executeBundle(await openBundle(folder, ownConfig), { engine })
}

/** An engine that outlasts the replays that it is lent to: starting its workers takes longest. */
export function lasting(engine: Engine): ReplayEngine {
  return {
    ...engine,
    counts: { pinned: 0, exact: 0, exactOnWasm: 0 },
    close: async () => {},
  }
}

/** A copy of a bundle, to damage. */
export async function copyOf(bundle: string): Promise<string> {
  const folder = join(await temporaryFolder(), 'bundle')
  await cp(bundle, folder, { recursive: true })
  return folder
}

type Json = Record<string, unknown>

/** Changes the manifest of a bundle. */
export async function changeManifest(folder: string, change: (manifest: Json) => void) {
  const path = join(folder, 'manifest.json')
  const manifest = JSON.parse(await readFile(path, 'utf8')) as Json
  change(manifest)
  await writeFile(path, JSON.stringify(manifest))
}

/** Changes a file of a bundle, and lets the manifest say what the file holds then. */
export async function changeFile(
  folder: string,
  file: string,
  change: (bytes: Buffer) => Uint8Array,
): Promise<void> {
  const bytes = change(await readFile(join(folder, file)))
  await writeFile(join(folder, file), bytes)
  const sha256 = createHash('sha256').update(bytes).digest('hex')
  await changeManifest(folder, ({ files }) => {
    ;(files as Json)[file] = { bytes: bytes.length, sha256 }
  })
}

/** Changes a file of JSON, a value a line. */
export function changeLines<T>(
  folder: string,
  file: string,
  change: (lines: T[]) => T[],
): Promise<void> {
  return changeFile(folder, file, (bytes) => {
    const lines: T[] = bytes
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    return Buffer.from(
      change(lines)
        .map((line) => `${JSON.stringify(line)}\n`)
        .join(''),
    )
  })
}

type MutableBlock = [header: Uint8Array[], transactions: Uint8Array[], ...rest: unknown[]]

/** Changes a block of a bundle, as its RLP decodes. @param index from 0; negative ones count from the end. */
export function changeBlock(folder: string, index: number, change: (block: MutableBlock) => void) {
  return changeFile(folder, 'chain.rlp', (bytes) => {
    const blocks = [...readRlpBlocks(bytes)]
    const block = blocks.at(index)
    if (!block) throw new RangeError(`There is no block ${index}.`)
    change(block as unknown as MutableBlock)
    return Buffer.concat(blocks.map((one) => RLP.encode(one as never)))
  })
}

/** Changes one line of a file of JSON lines. */
export function changeLine(
  folder: string,
  file: string,
  index: number,
  change: (line: Json) => void,
) {
  return changeFile(folder, file, (bytes) => {
    const lines = bytes.toString().split('\n')
    const line = JSON.parse(lines[index] ?? '') as Json
    change(line)
    lines[index] = JSON.stringify(line)
    return Buffer.from(lines.join('\n'))
  })
}

/** The inferences of a bundle. */
export async function inferencesOf(folder: string): Promise<RecordedInference[]> {
  const inferences: RecordedInference[] = []
  for await (const inference of (await openBundle(folder, ownConfig)).inferences()) {
    inferences.push(inference)
  }
  return inferences
}
