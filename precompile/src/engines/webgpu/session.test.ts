import fc from 'fast-check'
import { afterAll, describe, expect, test } from 'vitest'
import { readExactGraph } from '../../exact/read.js'
import { evaluateExact } from '../../exact/reference.js'
import { Dtype, type Tensor } from '../../tensor.js'
import { findGpu } from '../../testing/gpu.js'
import { bytesOf, node, onnx, value, weight } from '../../testing/onnx.js'
import { RandomGraph, type Step } from '../../testing/randomGraph.js'
import { type KnownCase, knownCases } from '../knownAnswers/cases.js'
import { writeKnownModel } from '../knownAnswers/model.js'
import { writeKnownNetwork } from '../knownAnswers/network.js'
import type { Operand } from '../knownAnswers/operand.js'
import { GpuFaultError, GpuUnfitError } from './errors.js'
import { Gpu } from './gpu.js'
import { planGraph } from './plan.js'
import { GpuSession } from './session.js'

const found = await findGpu()
const gpu = found as Gpu
const { uint8, int8, int32, int64, bool } = Dtype

afterAll(() => found?.destroy())

async function expectReference(
  on: Gpu,
  { bytes, inputs }: { readonly bytes: Uint8Array; readonly inputs: readonly Tensor[] },
): Promise<void> {
  const exact = readExactGraph(bytes)
  const session = await GpuSession.load(on, exact)
  const outputs = await session.run(inputs)
  session.release()
  expect(differencesOf(evaluateExact(exact, inputs), outputs)).toEqual([])
}

/** Of each output, the first byte that is wrong. */
function differencesOf(want: readonly Tensor[], got: readonly Tensor[]): string[] {
  expect(got.map(({ dtype, shape }) => ({ dtype, shape }))).toEqual(
    want.map(({ dtype, shape }) => ({ dtype, shape })),
  )
  return want.flatMap(({ data }, i) => {
    const other = got[i]?.data ?? new Uint8Array()
    if (Buffer.compare(data, other) === 0) return []
    const at = data.findIndex((byte, k) => byte !== other[k])
    return [`output ${i}, byte ${at}: ${other[at]} instead of ${data[at]}`]
  })
}

/** The same device, as if its language had no products of packed bytes. */
const withoutPackedDot = () =>
  new Gpu(gpu.api, gpu.device, gpu.description, { hasPackedDot: false })

describe.skipIf(!found)('GpuSession', () => {
  test.each(Object.keys(knownCases))('%s gives the bits of the reference', async (operator) => {
    await expectReference(gpu, writeKnownModel(operator, knownCases[operator] ?? []))
  })

  test('a network gives the bits of the reference', async () => {
    await expectReference(gpu, writeKnownNetwork())
  })

  test.each(['MatMulInteger', 'ConvInteger'])('%s without packed products', async (operator) => {
    await expectReference(withoutPackedDot(), writeKnownModel(operator, knownCases[operator] ?? []))
  })

  test.each(Object.entries(corners()))('corners of %s', async (operator, cases) => {
    await expectReference(gpu, writeKnownModel(operator, cases))
  })

  test('random graphs give the bits of the reference', async () => {
    const steps = fc.array(fc.tuple(fc.nat(), fc.nat(), fc.nat()) as fc.Arbitrary<Step>, {
      minLength: 5,
      maxLength: 40,
      size: 'max',
    })
    await fc.assert(
      fc.asyncProperty(steps, fc.nat(), async (list, seed) => {
        const graph = new RandomGraph(list)
        await expectReference(gpu, { bytes: graph.bytes, inputs: graph.inputs(seed) })
      }),
      // An emulated GPU takes a second for each.
      { numRuns: 25 },
    )
  })

  test('runs again and again, on new inputs', async () => {
    const { bytes, inputs } = writeKnownNetwork()
    const exact = readExactGraph(bytes)
    const session = await GpuSession.load(gpu, exact)
    for (let round = 0; round < 4; round++) {
      const shifted = inputs.map((input) => ({
        ...input,
        data: input.data.map((byte) => byte + 31 * round),
      }))
      expect(await session.run(shifted)).toEqual(evaluateExact(exact, shifted))
    }
    session.release()
  })

  test('takes more elements than one row of workgroups', async () => {
    const count = 64 * 65_535 + 5
    await expectReference(gpu, {
      bytes: onnx({
        nodes: [
          node('Cast', ['x'], ['wide'], { to: BigInt(int32) }),
          node('Tile', ['wide', 'n'], ['tiled']),
          node('Neg', ['tiled'], ['y']),
        ],
        inputs: [value('x', uint8, [5])],
        outputs: [value('y', int32, [count])],
        weights: [weight('n', int64, [1], BigInt64Array.of(BigInt(count / 5)))],
      }),
      inputs: [{ dtype: uint8, shape: [5], data: Uint8Array.of(0, 1, 127, 128, 255) }],
    })
  })

  test('gives outputs that nothing computes', async () => {
    const outputs = ['same', 'flat', 'x', 'w', 'one'].map((name) => ({ name }))
    await expectReference(gpu, {
      bytes: onnx({
        nodes: [node('Identity', ['x'], ['same']), node('Reshape', ['x', 'one'], ['flat'])],
        inputs: [value('x', int64, [1, 2])],
        outputs,
        weights: [
          weight('w', int8, [3], Int8Array.of(-1, 2, -128)),
          weight('one', int64, [1], BigInt64Array.of(-1n)),
        ],
      }),
      inputs: [{ dtype: int64, shape: [1, 2], data: bytesOf(BigInt64Array.of(7n, -(2n ** 60n))) }],
    })
  })
})

describe.skipIf(!found)('GpuSession: what cannot be run', () => {
  test('an input beyond the proof is refused, and so is a bool of 2', async () => {
    const exact = readExactGraph(
      writeKnownModel('Abs', [{ operands: [{ dtype: int32, shape: [1], low: -5n, high: 5n }] }])
        .bytes,
    )
    const session = await GpuSession.load(gpu, exact)
    const input = (element: number) => ({
      dtype: int32,
      shape: [1],
      data: bytesOf(Int32Array.of(element)),
    })
    expect(await session.run([input(-5)])).toEqual([input(5)])
    await expect(session.run([input(6)])).rejects.toThrow(
      new GpuUnfitError('the input "x0_0" is beyond the -5 to 5 of the proof'),
    )
    const not = writeKnownModel('Not', [{ operands: [{ dtype: bool, shape: [1] }] }])
    const other = await GpuSession.load(gpu, readExactGraph(not.bytes))
    await expect(
      other.run([{ dtype: bool, shape: [1], data: Uint8Array.of(2) }]),
    ).rejects.toBeInstanceOf(GpuUnfitError)
  })

  test('a graph that is too large for one buffer is refused before memory is taken', async () => {
    const { api } = gpu
    const adapter = await api.requestAdapter()
    // Without a wish for more, a device takes buffers of 128 MiB.
    const device = await adapter?.requestDevice()
    const small = new Gpu(api, device as GPUDevice, 'small')
    const exact = readExactGraph(expanded(34_000_000))
    await expect(GpuSession.load(small, exact)).rejects.toThrow(
      /^its values take 136\d+ bytes, a buffer 134217728$/,
    )
    small.destroy()
  })

  test('a kernel that the driver refuses is a fault', async () => {
    await expect(gpu.checked(() => gpu.pipeline('fn main() {'))).rejects.toBeInstanceOf(
      GpuFaultError,
    )
  })

  test('memory that a device does not have is a fault', async () => {
    const size = gpu.device.limits.maxBufferSize + 4
    const allocation = gpu.checked(() => gpu.device.createBuffer({ size, usage: 0x80 }))
    await expect(allocation).rejects.toThrow(/^the device refused: /)
  })

  test('a device that is lost in the middle of a run is a fault, and so is each run after', async () => {
    const lost = (await findGpu()) as Gpu
    const { bytes, inputs } = writeKnownNetwork()
    const session = await GpuSession.load(lost, readExactGraph(bytes))
    const run = session.run(inputs)
    const outcome = expect(run).rejects.toMatchObject({
      name: 'GpuFaultError',
      shortMessage: expect.stringMatching(/^the device was lost \(destroyed\)/),
    })
    lost.destroy()
    await outcome
    await expect(session.run(inputs)).rejects.toBeInstanceOf(GpuFaultError)
  })
})

describe('planGraph', () => {
  const plan = (bytes: Uint8Array) => planGraph(readExactGraph(bytes), { hasPackedDot: true })

  test('a network is packed, convolved, pooled and packed, convolved, pooled, multiplied', () => {
    // Requantisation is fused into the convolutions.
    expect(plan(writeKnownNetwork().bytes).dispatches).toHaveLength(6)
  })

  test('a chain of elementwise operators is one kernel', () => {
    const { bytes } = writeKnownModel('Abs', [{ operands: [operand(int32, [5], -9n, 9n)] }])
    expect(plan(bytes).dispatches).toHaveLength(1)
    expect(plan(chain(20)).dispatches).toHaveLength(1)
  })

  test('values that are not needed at one time share memory', () => {
    const long = plan(chain(1000))
    expect(long.dispatches.length).toBeGreaterThan(10)
    expect(long.arenaWords).toBeLessThan(3 * 64)
  })

  test('kernels that are alike share their text', () => {
    const { dispatches } = plan(chain(1000))
    expect(new Set(dispatches.map(({ code }) => code)).size).toBeLessThan(4)
  })

  test('an int64 takes one word where its interval allows it', () => {
    const words = (high: bigint) =>
      plan(writeKnownModel('Abs', [{ operands: [operand(int64, [10], 0n, high)] }]).bytes)
        .arenaWords
    expect(words(2n ** 31n - 1n)).toBe(20)
    expect(words(2n ** 31n)).toBe(40)
  })
})

/** `x` is 64 elements; each step adds and subtracts one, so that the interval stays. */
function chain(steps: number): Uint8Array {
  const nodes = Array.from({ length: steps }, (_, i) =>
    node(i % 2 === 0 ? 'Add' : 'Sub', [i === 0 ? 'x' : `h${i}`, 'one'], [`h${i + 1}`]),
  )
  return onnx({
    nodes: [node('Cast', ['u'], ['x'], { to: BigInt(int32) }), ...nodes],
    inputs: [value('u', uint8, [64])],
    outputs: [{ name: `h${steps}` }],
    weights: [weight('one', int32, [64], new Int32Array(64).fill(1))],
  })
}

function expanded(count: number): Uint8Array {
  return onnx({
    nodes: [
      node('Cast', ['x'], ['wide'], { to: BigInt(int32) }),
      node('Neg', ['wide'], ['negative']),
      node('Expand', ['negative', 'shape'], ['y']),
    ],
    inputs: [value('x', uint8, [1])],
    outputs: [{ name: 'y' }],
    weights: [weight('shape', int64, [1], BigInt64Array.of(BigInt(count)))],
  })
}

function operand(
  dtype: Operand['dtype'],
  shape: readonly number[],
  low?: bigint,
  high?: bigint,
): Operand {
  return { dtype, shape, ...(low !== undefined && { low }), ...(high !== undefined && { high }) }
}

/** Where kernels of this kind go wrong: edges of tiles and words, every zero point, the ends of 64 bits. */
function corners(): Record<string, KnownCase[]> {
  return {
    MatMulInteger: productCorners(),
    ConvInteger: convolutionCorners(),
    ...wideCorners(),
    Transpose: [
      {
        operands: [operand(uint8, [2, 1, 3, 2, 2, 1, 3, 2])],
        attributes: { perm: [7n, 0n, 6n, 1n, 5n, 2n, 4n, 3n] },
      },
    ],
    Concat: [
      {
        operands: Array.from({ length: 70 }, (_, i) => operand(uint8, [3, (i % 3) + 1])),
        attributes: { axis: 1n },
      },
    ],
    Max: [{ operands: Array.from({ length: 70 }, () => operand(int32, [3, 1])) }],
  }
}

const zeroPoint = (element: number): Operand => ({
  dtype: uint8,
  shape: [],
  elements: [element],
  isConstant: true,
})

function productCorners(): KnownCase[] {
  const cases: KnownCase[] = []
  const zeros = [0, 128, 255]
  for (const [i, [rows, inner, columns]] of [
    [16, 8, 8],
    [32, 32, 32],
    [33, 37, 35],
    [65, 5, 12],
    [16, 129, 70],
    [1, 4, 1],
  ].entries() as Iterable<[number, [number, number, number]]>) {
    for (const isConstant of [true, false]) {
      for (const a of zeros) {
        const b = zeros[(i + zeros.indexOf(a)) % 3] as number
        const operands = [
          operand(uint8, [rows, inner]),
          { ...operand(uint8, [inner, columns]), isConstant },
        ]
        cases.push({ operands: [...operands, zeroPoint(a), zeroPoint(b)] })
      }
    }
  }
  // The largest sums of either sign, and all alike.
  for (const [left, right] of [
    [255, 255],
    [0, 255],
    [255, 0],
  ] as const) {
    const fill = (shape: number[], element: number): Operand => ({
      dtype: uint8,
      shape,
      low: BigInt(element),
      high: BigInt(element),
    })
    cases.push({
      operands: [
        fill([17, 1030], left),
        fill([1030, 9], right),
        zeroPoint(255 - left),
        zeroPoint(0),
      ],
    })
  }
  return cases
}

function convolutionCorners(): KnownCase[] {
  const scalar = (dtype: Operand['dtype'], element: number): Operand => ({
    ...zeroPoint(element),
    dtype,
  })
  const convolve = (
    x: Operand,
    w: Operand,
    zeros: readonly [number, number],
    attributes = {},
  ): KnownCase => ({
    operands: [x, { ...w, isConstant: true }, scalar(x.dtype, zeros[0]), scalar(w.dtype, zeros[1])],
    attributes,
  })
  const padded = { pads: [2n, 2n, 2n, 2n] }
  return [
    // Positions that fill no whole words, channels that fill no whole words, weights without a middle zero point.
    convolve(operand(uint8, [2, 5, 7, 7]), operand(uint8, [9, 5, 3, 3]), [255, 0], padded),
    convolve(operand(uint8, [2, 6, 7, 7]), operand(uint8, [9, 6, 3, 3]), [7, 255], padded),
    convolve(operand(int8, [1, 7, 9, 9]), operand(int8, [33, 7, 5, 5]), [-128, 127], padded),
    convolve(operand(uint8, [1, 3, 16, 16]), operand(int8, [8, 3, 3, 3]), [0, -128], padded),
    convolve(operand(uint8, [3, 8, 6, 6]), operand(uint8, [8, 2, 3, 3]), [200, 3], {
      group: 4n,
      pads: [1n, 0n, 0n, 1n],
      strides: [2n, 1n],
    }),
    convolve(operand(uint8, [1, 4, 3, 5, 6]), operand(uint8, [8, 4, 2, 2, 2]), [9, 128]),
    convolve(operand(uint8, [1, 1, 1]), operand(uint8, [1, 1, 1]), [3, 4]),
  ]
}

/** Quotients and products at the ends of 64 bits, and where a half carries into the other. */
function wideCorners(): Record<string, KnownCase[]> {
  const ends = [
    -(2n ** 63n),
    -(2n ** 63n) + 1n,
    -(2n ** 32n),
    -(2n ** 31n),
    -65_536n,
    -1n,
    0n,
    1n,
    65_535n,
    65_536n,
    2n ** 31n,
    2n ** 32n - 1n,
    2n ** 32n,
    0x1234_5678_9abc_def0n,
    2n ** 63n - 1n,
  ]
  const given = (elements: bigint[], shape: readonly number[], isConstant = false): Operand => ({
    dtype: int64,
    shape,
    elements,
    isConstant,
  })
  const divisors = ends.filter((end) => end > 0n).concat([2n, 3n, 10n, 1_000_003n, 0xffff_fffen])
  const pairs = [given(ends, [ends.length, 1]), given(ends, [ends.length])]
  const comparison = [{ operands: pairs }]
  return {
    Div: [
      { operands: [given(ends, [ends.length, 1]), given(divisors, [divisors.length], true)] },
      {
        operands: [
          { ...given(ends.slice(1), [ends.length - 1, 1]), low: -(2n ** 63n) + 1n },
          given(
            divisors.map((divisor) => -divisor),
            [divisors.length],
            true,
          ),
        ],
      },
    ],
    Less: comparison,
    Equal: comparison,
    GreaterOrEqual: comparison,
    ArgMax: [{ operands: [given([...ends].reverse(), [ends.length])] }],
    ArgMin: [{ operands: [given(ends, [ends.length])] }],
    Cast: [{ operands: [given(ends, [ends.length])], attributes: { to: BigInt(bool) } }],
  }
}
