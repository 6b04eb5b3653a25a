import {
  bytesPerElement,
  inferenceAbi,
  type Model,
  type Tensor,
  wordsFromElements,
} from '@lockstep/precompile'
import { bytesToHex, encodeFunctionData, hexToBytes } from 'viem'

const WORD = 32

/** Calldata of `infer`, as contracts send it: a word an element, with 18 decimals where they stand for reals. */
export function numbersCalldata({ id, encodings }: Model, input: Tensor): Uint8Array {
  const count = input.data.length / bytesPerElement(input.dtype)
  const words = new Uint8Array(count * WORD)
  const view = new DataView(words.buffer)
  const fault = wordsFromElements(input.dtype, input.data, view, 0, encodings?.inputs[0])
  if (fault) throw new Error(`Element ${fault.index} has no form as a word.`)
  const x = Array.from({ length: count }, (_, i) => {
    const word = words.subarray(i * WORD, (i + 1) * WORD)
    return BigInt.asIntN(256, BigInt(bytesToHex(word)))
  })
  return hexToBytes(encodeFunctionData({ abi: inferenceAbi, functionName: 'infer', args: [id, x] }))
}
