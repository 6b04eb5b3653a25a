import { inferenceAbi } from '@lockstep/precompile'
import { encodeErrorResult } from 'viem'
import { expect, test } from 'vitest'
import { revertMessage } from './revert.js'

test('an error of the precompile is named, with its arguments where it has any', () => {
  const none = encodeErrorResult({ abi: inferenceAbi, errorName: 'MalformedCalldata' })
  expect(revertMessage(none)).toBe('execution reverted: MalformedCalldata()')
  const two = encodeErrorResult({
    abi: inferenceAbi,
    errorName: 'NonFiniteOutput',
    args: [1n, 2n],
  })
  expect(revertMessage(two)).toBe('execution reverted: NonFiniteOutput(1, 2)')
})
