import { unzipSync } from 'fflate'
import { UsageError } from './output.js'

/** An array of an npz file. Elements are doubles: exact for every type below 64 bits. */
export interface NumpyArray {
  readonly shape: readonly number[]
  readonly values: Float64Array
}

/** Bytes that all arrays of a file may take when unpacked. */
const MAX_BYTES = 2 ** 30

type ReadElement = (view: DataView, at: number) => number

/** Element types of NumPy, little-endian, with their size in bytes. */
const READERS: Readonly<Record<string, readonly [number, ReadElement]>> = {
  '<f4': [4, (view, at) => view.getFloat32(at, true)],
  '<f8': [8, (view, at) => view.getFloat64(at, true)],
  '|b1': [1, (view, at) => view.getUint8(at)],
  '|u1': [1, (view, at) => view.getUint8(at)],
  '|i1': [1, (view, at) => view.getInt8(at)],
  '<u2': [2, (view, at) => view.getUint16(at, true)],
  '<i2': [2, (view, at) => view.getInt16(at, true)],
  '<u4': [4, (view, at) => view.getUint32(at, true)],
  '<i4': [4, (view, at) => view.getInt32(at, true)],
  '<u8': [8, (view, at) => Number(view.getBigUint64(at, true))],
  '<i8': [8, (view, at) => Number(view.getBigInt64(at, true))],
}

/**
 * Reads the arrays of a file that `numpy.savez` or `numpy.savez_compressed` wrote.
 * @param file - How errors call it.
 * @throws UsageError
 */
export function readNpz(bytes: Uint8Array, file: string): Map<string, NumpyArray> {
  let total = 0
  let entries: Record<string, Uint8Array>
  try {
    entries = unzipSync(bytes, {
      filter({ name, originalSize }) {
        // fflate unpacks into a buffer of the size that the entry declares, so a lie is no bomb.
        total += originalSize
        if (total > MAX_BYTES) throw new UsageError(`${file} unpacks to more than 1 GiB.`)
        return name.endsWith('.npy')
      },
    })
  } catch (cause) {
    if (cause instanceof UsageError) throw cause
    throw new UsageError(`${file} is no readable npz file.`, {
      remedy: 'Write it with numpy.savez(path, input_name=array).',
      cause,
    })
  }
  const arrays = new Map<string, NumpyArray>()
  for (const [name, entry] of Object.entries(entries)) {
    arrays.set(name.slice(0, -'.npy'.length), readNpy(entry, `${file}: ${name}`))
  }
  return arrays
}

const MAGIC = '\x93NUMPY'

function readNpy(bytes: Uint8Array, where: string): NumpyArray {
  const { header, start } = readHeader(bytes, where)
  const descr = /'descr':\s*'([^']*)'/.exec(header)?.[1] ?? ''
  const reader = Object.hasOwn(READERS, descr) ? READERS[descr] : undefined
  if (!reader) {
    throw new UsageError(`${where} holds elements of the type "${descr}".`, {
      remedy: 'Convert it with array.astype("float32").',
    })
  }
  if (/'fortran_order':\s*True/.test(header)) {
    throw new UsageError(`${where} is stored column by column.`, {
      remedy: 'Save numpy.ascontiguousarray(array).',
    })
  }
  const shape = readShape(header, where)
  const count = shape.reduce((product, dim) => product * dim, 1)
  const [size, read] = reader
  if (bytes.length - start !== count * size) {
    throw new UsageError(`${where} holds ${bytes.length - start} bytes instead of ${count * size}.`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset + start)
  return { shape, values: Float64Array.from({ length: count }, (_, i) => read(view, i * size)) }
}

/** The header is a Python dictionary in text, after a magic, a version and its own length. */
function readHeader(bytes: Uint8Array, where: string): { header: string; start: number } {
  const text = (from: number, to: number) => String.fromCharCode(...bytes.subarray(from, to))
  if (bytes.length < 12 || text(0, MAGIC.length) !== MAGIC) {
    throw new UsageError(`${where} is no array of NumPy.`)
  }
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const isFirstVersion = bytes[6] === 1
  const length = isFirstVersion ? view.getUint16(8, true) : view.getUint32(8, true)
  const from = isFirstVersion ? 10 : 12
  if (length > 65_536 || from + length > bytes.length) {
    throw new UsageError(`${where} has a header of ${length} bytes.`)
  }
  return { header: text(from, from + length), start: from + length }
}

function readShape(header: string, where: string): number[] {
  const list = /'shape':\s*\(([\d\s,]*)\)/.exec(header)?.[1]
  if (list === undefined) throw new UsageError(`${where} has no shape in its header.`)
  return list
    .split(',')
    .filter((part) => part.trim() !== '')
    .map(Number)
}
