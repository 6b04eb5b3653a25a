import fc from 'fast-check'
import { bytesToHex, encodeAbiParameters, hexToBytes } from 'viem'
import { describe, expect, test } from 'vitest'
import { bytesPerElement, Dtype } from '../tensor.js'
import { elementsFromWords, wordsFromElements } from './elements.js'
import { type FloatDtype, floatFromWad, wadFromFloat } from './fixedPoint.js'

const FLOATS = [Dtype.float16, Dtype.bfloat16, Dtype.float32, Dtype.float64] as const
const RUNS = { numRuns: 3_000, seed: 41 }

const wordsOf = (values: readonly bigint[]) =>
  hexToBytes(encodeAbiParameters([{ type: 'int256[]' }], [values])).subarray(64)

/** Little-endian bits of elements. */
function pack(dtype: FloatDtype, bits: readonly bigint[]): Uint8Array {
  const width = bytesPerElement(dtype)
  return Uint8Array.from(
    bits.flatMap((b) =>
      Array.from({ length: width }, (_, i) => Number((b >> BigInt(8 * i)) & 0xffn)),
    ),
  )
}

/** What the exact conversion says, in the form of `elementsFromWords`. */
function exactElements(dtype: FloatDtype, wads: readonly bigint[]) {
  const bits: bigint[] = []
  for (const [index, wad] of wads.entries()) {
    const element = floatFromWad(wad, dtype)
    if (element === undefined) return { index, fault: 'outOfRange' }
    bits.push(element)
  }
  return pack(dtype, bits)
}

describe.each(FLOATS)('elements of dtype %i', (dtype) => {
  const width = BigInt(8 * bytesPerElement(dtype))
  const anyBits = fc.bigInt(0n, (1n << width) - 1n)

  // Neighbours of floats and of the midpoints between them: where a rounding in double arithmetic would show.
  const nearFloat = fc.tuple(anyBits, fc.bigInt(-3n, 3n)).map(([bits, offset]) => {
    const low = wadFromFloat(bits, dtype)
    const high = wadFromFloat(bits + 1n, dtype)
    if (typeof low !== 'bigint' || typeof high !== 'bigint') return offset
    const middle = (low + high) / 2n + offset
    return offset % 2n ? middle : low + offset
  })
  const anySize = fc
    .integer({ min: 1, max: 255 })
    .chain((size) => fc.bigInt(-(1n << BigInt(size)), (1n << BigInt(size)) - 1n))
  const decimal = fc
    .tuple(fc.integer({ min: -1_000_000, max: 1_000_000 }), fc.integer({ min: 0, max: 24 }))
    .map(([n, zeros]) => BigInt(n) * 10n ** BigInt(zeros))
  const limbEdges = fc
    .tuple(fc.integer({ min: 0, max: 254 }), fc.bigInt(-2n, 2n), fc.boolean())
    .map(([bit, offset, negative]) => (negative ? -1n : 1n) * (1n << BigInt(bit)) + offset)

  test('from words are those of the exact conversion', () => {
    fc.assert(
      fc.property(fc.oneof(nearFloat, anySize, decimal, limbEdges), (wad) => {
        expect(elementsFromWords(dtype, wordsOf([wad]), 0, 1)).toEqual(exactElements(dtype, [wad]))
      }),
      { ...RUNS, numRuns: 20_000 },
    )
  })

  test('to words are those of the exact conversion', () => {
    const [fractionBits, exponentBits] = {
      [Dtype.float16]: [10, 5],
      [Dtype.bfloat16]: [7, 8],
      [Dtype.float32]: [23, 8],
      [Dtype.float64]: [52, 11],
    }[dtype] as [number, number]
    // Most of the exponents that models give, with few and with all bits of the fraction.
    const common = fc
      .tuple(
        fc.integer({ min: -60, max: 40 }),
        fc.bigInt(0n, (1n << BigInt(fractionBits)) - 1n),
        fc.integer({ min: 0, max: fractionBits }),
        fc.boolean(),
      )
      .map(([exponent, fraction, zeros, negative]) => {
        const bias = 2 ** (exponentBits - 1) - 1
        const biased = BigInt(Math.min(Math.max(exponent + bias, 0), 2 * bias))
        const kept = (fraction >> BigInt(zeros)) << BigInt(zeros)
        return (negative ? 1n << (width - 1n) : 0n) | (biased << BigInt(fractionBits)) | kept
      })
    fc.assert(
      fc.property(fc.oneof(common, common, anyBits), (bits) => {
        const out = new Uint8Array(32)
        const fault = wordsFromElements(dtype, pack(dtype, [bits]), new DataView(out.buffer), 0)
        const wad = wadFromFloat(bits, dtype)
        if (typeof wad === 'bigint') expect(bytesToHex(out)).toBe(bytesToHex(wordsOf([wad])))
        else expect(fault).toEqual({ index: 0, fault: wad })
      }),
      { ...RUNS, numRuns: 20_000 },
    )
  })

  test('overwrite whatever lay in the place of their words', () => {
    const bits = [0n, 1n << (width - 1n), floatFromWad(10n ** 18n, dtype) as bigint]
    const out = new Uint8Array(96).fill(0xee)
    wordsFromElements(dtype, pack(dtype, bits), new DataView(out.buffer), 0)
    expect(bytesToHex(out)).toBe(bytesToHex(wordsOf([0n, 0n, 10n ** 18n])))
  })
})

test('every float16 and bfloat16 goes to words and back as the exact conversion has it', () => {
  for (const dtype of [Dtype.float16, Dtype.bfloat16] as const) {
    for (let bits = 0; bits < 65536; bits++) {
      const out = new Uint8Array(32)
      const fault = wordsFromElements(
        dtype,
        pack(dtype, [BigInt(bits)]),
        new DataView(out.buffer),
        0,
      )
      const wad = wadFromFloat(BigInt(bits), dtype)
      if (typeof wad !== 'bigint') {
        if (fault?.fault !== wad) throw new Error(`${dtype} ${bits}: ${fault?.fault}`)
        continue
      }
      if (BigInt.asIntN(256, BigInt(bytesToHex(out))) !== wad) throw new Error(`${dtype} ${bits}`)
      const back = elementsFromWords(dtype, out, 0, 1) as Uint8Array
      const expected = floatFromWad(wad, dtype) as bigint
      if (((back[1] as number) << 8) + (back[0] as number) !== Number(expected)) {
        throw new Error(`${dtype} ${bits} came back as ${back}`)
      }
    }
  }
})
