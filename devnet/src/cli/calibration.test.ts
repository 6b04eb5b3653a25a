import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Dtype, type ValueInfo } from '@lockstep/precompile'
import { zipSync } from 'fflate'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { readCalibration } from './calibration.js'

let folder: string
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'lockstep-calibration-'))
})
afterAll(() => rm(folder, { recursive: true }))

const x: ValueInfo = { name: 'x', dtype: Dtype.float32, shape: [1, 2] }
const n: ValueInfo = { name: 'n', dtype: Dtype.int64, shape: [] }

/** An array as `numpy.save` writes it. */
function npy(descr: string, shape: readonly number[], data: ArrayBufferView, order = 'False') {
  const list = `(${shape.map((dim) => `${dim},`).join(' ')})`
  const dictionary = `{'descr': '${descr}', 'fortran_order': ${order}, 'shape': ${list}, }`
  const header = `${dictionary.padEnd(117)}\n`
  const start = Buffer.from([0x93, ...Buffer.from('NUMPY'), 1, 0, header.length & 0xff, 0])
  const { buffer, byteOffset, byteLength } = data
  return Buffer.concat([start, Buffer.from(header), Buffer.from(buffer, byteOffset, byteLength)])
}

async function read(name: string, content: string | Uint8Array, inputs: readonly ValueInfo[]) {
  const file = join(folder, name)
  await writeFile(file, content)
  const samples = await readCalibration(file, inputs)
  return samples.map((sample) =>
    Object.values(sample).map(({ dtype, data }) => {
      const bytes = new Uint8Array(data).buffer
      return dtype === Dtype.int64 ? [...new BigInt64Array(bytes)] : [...new Float32Array(bytes)]
    }),
  )
}

describe('calibration data', () => {
  test('comes as an npz file with one array an input', async () => {
    const arrays = {
      'x.npy': npy('<f4', [3, 2], Float32Array.of(1, 2, 3, 4, 5, 6)),
      'n.npy': npy('<i8', [3], BigInt64Array.of(7n, 8n, -9n)),
    }
    const want = [
      [[1, 2], [7n]],
      [[3, 4], [8n]],
      [[5, 6], [-9n]],
    ]
    expect(await read('stored.npz', zipSync(arrays, { level: 0 }), [x, n])).toEqual(want)
    expect(await read('packed.npz', zipSync(arrays, { level: 9 }), [x, n])).toEqual(want)
  })

  test('comes as JSON, by input or by sample', async () => {
    const want = [[[1, 2]], [[3, 4]]]
    expect(await read('a.json', '{"x":[[1,2],[3,4]]}', [x])).toEqual(want)
    expect(await read('b.json', '{"x":[[[1,2]],[[3,4]]]}', [x])).toEqual(want)
    expect(await read('c.json', '[{"x":[[1,2]]},{"x":[3,4]}]', [x])).toEqual(want)
    expect(await read('d.json', '[[1,2],["3",4]]', [x])).toEqual(want)
    expect(await read('e.json', '[{"x":[1,2],"n":7}]', [x, n])).toEqual([[[1, 2], [7n]]])
  })

  const wrongShape = zipSync({ 'x.npy': npy('<f4', [1, 3], new Float32Array(3)) })
  const tooShort = zipSync({ 'x.npy': npy('<f4', [2, 2], new Float32Array(3)) })
  const columns = zipSync({ 'x.npy': npy('<f4', [1, 2], new Float32Array(2), 'True') })
  const complex = zipSync({ 'x.npy': npy('<c8', [1, 2], new Float32Array(4)) })
  const endless = zipSync({ 'x.npy': npy('<f4', [1, 2], Float32Array.of(1, Infinity)) })
  test.each<[string, string, string | Uint8Array, RegExp]>([
    ['that is no zip file', 'a.npz', 'PK nothing', /no readable npz/],
    ['of another shape', 'b.npz', wrongShape, /"x" has the shape \[1,3\]; samples of \[1,2\]/],
    ['that is cut short', 'c.npz', tooShort, /holds 12 bytes instead of 16/],
    ['by columns', 'd.npz', columns, /column by column/],
    ['of complex numbers', 'e.npz', complex, /"<c8"/],
    ['that is not finite', 'f.npz', endless, /"x"\[1\] is not a finite number/],
    ['that is no array', 'g.npz', zipSync({ 'x.npy': new Uint8Array(20) }), /no array of NumPy/],
    ['of another input', 'h.json', '{"y":[[1,2]]}', /"y"; the model's inputs are x/],
    ['without an input', 'i.json', '{}', /lacks the model's input "x"/],
    ['with a short sample', 'j.json', '[[1]]', /has the shape \[1\]/],
    ['that is a number', 'k.json', '1', /neither a list/],
    ['that is no JSON', 'l.json', '[', /is not JSON/],
  ])('%s is refused', async (_, name, content, message) => {
    await expect(read(name, content, [x])).rejects.toThrow(message)
  })

  test('with inputs of different lengths is refused', async () => {
    const json = '{"x":[[1,2],[3,4]],"n":[1]}'
    await expect(read('m.json', json, [x, n])).rejects.toThrow(/1 samples of "n" and 2 of "x"/)
  })
})
