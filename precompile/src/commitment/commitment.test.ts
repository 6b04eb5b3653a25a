import fc from 'fast-check'
import { concat, encodePacked, keccak256, sha256, toHex } from 'viem'
import { describe, expect, test } from 'vitest'
import { CANONICAL_RUNTIME } from '../engines/runtime.js'
import { Dtype, type Tensor } from '../tensor.js'
import { type Hex, hashRuntimeId, hashTensors, resultKey } from './hash.js'
import { inferenceLeaf, inferenceRoot } from './merkle.js'

const hash = fc.uint8Array({ minLength: 32, maxLength: 32 }).map((bytes) => toHex(bytes))
const RUNS = { numRuns: 300, seed: 17 }

describe('hashTensors', () => {
  test('is the documented hash of dtypes, shapes and bytes', () => {
    const data = Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8)
    const tensors: Tensor[] = [
      { dtype: Dtype.float32, shape: [1, 2], data },
      { dtype: Dtype.uint8, shape: [], data: Uint8Array.of(9) },
    ]
    const expected = keccak256(
      concat([
        encodePacked(['uint32', 'uint8', 'uint32', 'uint32', 'uint32'], [2, 1, 2, 1, 2]),
        sha256(data),
        encodePacked(['uint8', 'uint32'], [2, 0]),
        sha256(Uint8Array.of(9)),
      ]),
    )
    expect(hashTensors(tensors)).toBe(expected)
  })

  test('tells apart tensors that share bytes', () => {
    const data = new Uint8Array(4)
    const variants: Tensor[][] = [
      [],
      [{ dtype: Dtype.float32, shape: [1], data }],
      [{ dtype: Dtype.int32, shape: [1], data }],
      [{ dtype: Dtype.float32, shape: [], data }],
      [{ dtype: Dtype.float32, shape: [1, 1], data }],
      [{ dtype: Dtype.uint8, shape: [4], data }],
      [{ dtype: Dtype.uint8, shape: [2, 2], data }],
      [
        { dtype: Dtype.uint8, shape: [2], data: data.subarray(2) },
        { dtype: Dtype.uint8, shape: [2], data: data.subarray(2) },
      ],
    ]
    expect(new Set(variants.map(hashTensors)).size).toBe(variants.length)
  })
})

describe('hashRuntimeId', () => {
  test('does not depend on the order of keys', () => {
    const { engine, version, binarySha256, options } = CANONICAL_RUNTIME
    const reordered = Object.fromEntries(Object.entries(options).reverse())
    const again = hashRuntimeId({ options: reordered, binarySha256, version, engine })
    expect(again).toBe(hashRuntimeId(CANONICAL_RUNTIME))
  })

  test('changes with every part', () => {
    const variants = [
      CANONICAL_RUNTIME,
      { ...CANONICAL_RUNTIME, version: '1.30.1' },
      { ...CANONICAL_RUNTIME, binarySha256: '00' },
      { ...CANONICAL_RUNTIME, options: { ...CANONICAL_RUNTIME.options, numThreads: 2 } },
    ]
    expect(new Set(variants.map(hashRuntimeId)).size).toBe(variants.length)
  })

  test('keys results together with model and input', () => {
    fc.assert(
      fc.property(hash, hash, hash, (runtime, model, input) => {
        expect(resultKey(runtime, model, input)).toBe(keccak256(concat([runtime, model, input])))
      }),
      RUNS,
    )
  })
})

describe('inferenceLeaf', () => {
  const record = {
    transactionIndex: 3,
    callIndex: 1,
    model: `0x${'11'.repeat(32)}`,
    method: 'inferTensors',
    inputHash: `0x${'22'.repeat(32)}`,
    outputHash: `0x${'33'.repeat(32)}`,
    gasUsed: 123_456n,
    success: true,
  } as const

  test('is the documented hash of the record', () => {
    expect(inferenceLeaf(record)).toBe(
      keccak256(
        encodePacked(
          [
            'uint8',
            'uint32',
            'uint32',
            'uint8',
            'uint8',
            'uint64',
            'bytes32',
            'bytes32',
            'bytes32',
          ],
          [0, 3, 1, 1, 1, 123_456n, record.model, record.inputHash, record.outputHash],
        ),
      ),
    )
  })

  test('changes with every field', () => {
    const variants = [
      record,
      { ...record, transactionIndex: 4 },
      { ...record, callIndex: 0 },
      { ...record, method: 'infer' as const },
      { ...record, success: false },
      { ...record, gasUsed: 1n },
      { ...record, model: record.inputHash },
      { ...record, inputHash: record.outputHash },
      { ...record, outputHash: record.model },
    ]
    expect(new Set(variants.map(inferenceLeaf)).size).toBe(variants.length)
  })
})

describe('inferenceRoot', () => {
  const node = (left: Hex, right: Hex) => keccak256(concat(['0x01', left, right]))

  test('is nothing for a block without inferences', () => {
    expect(inferenceRoot([])).toBeUndefined()
  })

  test('is the leaf itself for one, and pairs neighbours above', () => {
    fc.assert(
      fc.property(fc.array(hash, { minLength: 5, maxLength: 5 }), ([a, b, c, d, e]) => {
        if (!a || !b || !c || !d || !e) throw new Error('five leaves are drawn')
        expect(inferenceRoot([a])).toBe(a)
        expect(inferenceRoot([a, b])).toBe(node(a, b))
        expect(inferenceRoot([a, b, c])).toBe(node(node(a, b), c))
        expect(inferenceRoot([a, b, c, d, e])).toBe(node(node(node(a, b), node(c, d)), e))
      }),
      RUNS,
    )
  })

  test('changes when leaves change places or one is repeated', () => {
    fc.assert(
      fc.property(fc.uniqueArray(hash, { minLength: 2, maxLength: 9 }), (leaves) => {
        const root = inferenceRoot(leaves)
        expect(inferenceRoot(leaves.toReversed())).not.toBe(root)
        expect(inferenceRoot([...leaves, leaves.at(-1) as Hex])).not.toBe(root)
        expect(inferenceRoot(leaves.slice(1))).not.toBe(root)
      }),
      RUNS,
    )
  })
})
