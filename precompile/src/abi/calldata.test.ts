import { bytesToHex, encodeFunctionData } from 'viem'
import { describe, expect, test } from 'vitest'
import { float32, int64, random, travelling } from '../testing/calls.js'
import { tensorsCalldata } from './calldata.js'
import { inferenceAbi } from './interface.js'

const model = `0x${'5a'.repeat(32)}` as const

describe('tensorsCalldata', () => {
  test.each([
    ['no tensor', []],
    ['a scalar', [float32([], [1.5])]],
    ['several of other types', [random([2, 3, 5], 1), int64(1n, -2n, 3n)]],
    ['one of nothing', [float32([0], [])]],
  ])('is what viem encodes: %s', (_, inputs) => {
    const args = [model, inputs.map(travelling)] as const
    const expected = encodeFunctionData({ abi: inferenceAbi, functionName: 'inferTensors', args })
    expect(bytesToHex(tensorsCalldata(model, inputs))).toBe(expected)
  })
})
