import {
  bytesPerElement,
  createInferencePrecompile,
  createMemoryStore,
  createWasmEngine,
  Dtype,
  elementsFromWords,
  hashTensors,
  type Tensor,
  tensorsCalldata,
  wordsFromElements,
} from '@lockstep/precompile'
import { node, onnx, value } from '../precompile/src/testing/onnx.js'
import { median, time, toTable } from './table.js'

const ELEMENTS = 2 ** 15
const WORD = 32
const ROUNDS = { runs: 60, warmup: 30 }
const MEGA = 1e6

/** How fast numbers of calldata become elements and back, and how fast a packed tensor goes through a call. */
export async function benchCodec(): Promise<string> {
  const rows: string[][] = []
  for (const [name, tensor] of samples()) rows.push([name, ...(await words(tensor))])
  const floats = samples()[0]?.[1] as Tensor
  return [
    toTable(
      '`int256[]` of 32,768 elements, in MB of calldata or return data a second',
      ['elements', 'read', 'written'],
      rows,
    ),
    toTable(
      'A packed tensor of 131 kB in and out, in MB of its data a second',
      ['', 'MB/s'],
      await packed(floats),
    ),
  ].join('\n')
}

function samples(): (readonly [string, Tensor])[] {
  const reals = Array.from({ length: ELEMENTS }, (_, i) => Math.sin(i) * 3)
  const integers = Array.from({ length: ELEMENTS }, (_, i) => (i * 7919) % 251)
  const of = (dtype: Dtype, data: { readonly buffer: ArrayBufferLike }): Tensor => ({
    dtype,
    shape: [ELEMENTS],
    data: new Uint8Array(data.buffer),
  })
  return [
    ['float32', of(Dtype.float32, Float32Array.from(reals))],
    ['float64', of(Dtype.float64, Float64Array.from(reals))],
    ['int64', of(Dtype.int64, BigInt64Array.from(integers.map(BigInt)))],
    ['int8', of(Dtype.int8, Int8Array.from(integers))],
  ]
}

async function words({ dtype, data }: Tensor): Promise<string[]> {
  const count = data.length / bytesPerElement(dtype)
  const text = new Uint8Array(count * WORD)
  const view = new DataView(text.buffer)
  const write = async () => wordsFromElements(dtype, data, view, 0)
  const read = async () => elementsFromWords(dtype, text, 0, count)
  if (await write()) throw new Error('An element has no form as a word.')
  const written = await rate(write, text.length)
  return [await rate(read, text.length), written]
}

async function packed(tensor: Tensor): Promise<string[][]> {
  const graph = {
    nodes: [node('Identity', ['x'], ['y'])],
    inputs: [value('x', tensor.dtype, ['n'])],
    outputs: [value('y', tensor.dtype, ['n'])],
  }
  const store = createMemoryStore()
  const calldata = tensorsCalldata(await store.put(onnx(graph)), [tensor])
  const precompile = createInferencePrecompile({ store, engine: createWasmEngine({ threads: 1 }) })
  const call = async () => {
    const { success } = await precompile.call(calldata, 10n ** 12n)
    if (!success) throw new Error('The call failed.')
  }
  const bytes = tensor.data.length
  const rows = [
    ['a call that the memo answers', await rate(call, bytes)],
    ['of which the hash of the input', await rate(async () => hashTensors([tensor]), bytes)],
  ]
  await precompile.close()
  return rows
}

async function rate(work: () => Promise<unknown>, bytes: number): Promise<string> {
  const ms = median(await time(work, ROUNDS))
  return (bytes / MEGA / (ms / 1000)).toFixed(0)
}
