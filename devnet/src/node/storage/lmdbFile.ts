import { closeSync, existsSync, fstatSync, openSync, readSync, truncateSync } from 'node:fs'
import { CorruptStoreError } from './errors.js'

const magic = 0xbeefc0de
const version = 2
/** Where a meta page holds what; the first two pages of a file are such. */
const at = { flags: 18, magic: 24, version: 28, pageSize: 48, lastPage: 144 } as const
const metaFlag = 8
const metaBytes = 152
/** Pages that LMDB may have reserved at the end of the file and never written. */
const unwrittenPages = 64

/**
 * Makes sure that a file is one of LMDB's and whole: LMDB maps it into memory, and what it cannot read there ends the
 * process.
 * @throws CorruptStoreError
 */
export function checkLmdbFile(directory: string, file: string): void {
  if (!existsSync(file)) return
  const descriptor = openSync(file, 'r')
  try {
    const { size } = fstatSync(descriptor)
    // Nothing was ever written.
    if (size === 0) return
    const refuse = (detail: string) => new CorruptStoreError(directory, `${file} ${detail}`)
    const first = readMeta(descriptor, 0)
    const pageSize = first?.readUInt32LE(at.pageSize) ?? 0
    const second = first && readMeta(descriptor, pageSize)
    if (!first || !second) throw refuse('is no LMDB file, or its first pages are damaged.')
    const last = Math.max(lastPageOf(first), lastPageOf(second))
    const wanted = (last + 1) * pageSize
    if (size >= wanted) return
    if (wanted - size > unwrittenPages * pageSize) {
      throw refuse(`has ${size} of its ${wanted} bytes.`)
    }
    truncateSync(file, wanted)
  } finally {
    closeSync(descriptor)
  }
}

function readMeta(descriptor: number, position: number): Buffer | undefined {
  const page = Buffer.alloc(metaBytes)
  if (readSync(descriptor, page, 0, metaBytes, position) < metaBytes) return undefined
  const pageSize = page.readUInt32LE(at.pageSize)
  const isMeta =
    page.readUInt16LE(at.flags) === metaFlag &&
    page.readUInt32LE(at.magic) === magic &&
    page.readUInt32LE(at.version) === version &&
    pageSize >= 512 &&
    pageSize <= 65_536
  return isMeta ? page : undefined
}

function lastPageOf(page: Buffer): number {
  return Number(page.readBigUInt64LE(at.lastPage))
}
