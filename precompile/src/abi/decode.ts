import { bytesToHex } from '@noble/hashes/utils'
import type { ModelId } from '../model/model.js'
import { malformedCalldata, unknownSelector } from './revert.js'
import { methodOf } from './selector.js'

const WORD = 32
const SELECTOR = 4

/** A run of 32-byte words inside calldata, whose bounds are checked and whose values are not read yet. */
export interface WordSpan {
  /** Byte of the first word. */
  readonly offset: number
  /** Number of words. */
  readonly length: number
}

/** A `Tensor` struct in calldata. Nothing of its shape or data is read yet. */
export interface EncodedTensor {
  readonly dtype: number
  readonly shape: WordSpan
  readonly data: Uint8Array
}

/** What a call asks for. */
export type InferenceRequest =
  | { readonly method: 'infer'; readonly model: ModelId; readonly x: WordSpan }
  | {
      readonly method: 'inferTensors'
      readonly model: ModelId
      readonly inputs: readonly EncodedTensor[]
    }
  | { readonly method: 'quote'; readonly model: ModelId; readonly shapes: readonly WordSpan[] }
  | { readonly method: 'describe' | 'admit'; readonly model: ModelId }

/**
 * Reads calldata as Solidity's own decoder does: any valid encoding is accepted, canonical or not; dirty high bits,
 * and whatever reaches past the end, are refused. Time and memory are linear in the calldata: shapes and data stay
 * where they are until the model says what to expect, so that many offsets to one place cost nothing.
 * @throws InferenceRevert `UnknownSelector` or `MalformedCalldata`
 */
export function decodeRequest(calldata: Uint8Array): InferenceRequest {
  if (calldata.length < SELECTOR) throw malformedCalldata('shorter than a selector')
  const view = new DataView(calldata.buffer, calldata.byteOffset, calldata.byteLength)
  const method = methodOf(view.getUint32(0))
  if (!method) throw unknownSelector(`0x${bytesToHex(calldata.subarray(0, SELECTOR))}`)
  const headWords = method === 'describe' || method === 'admit' ? 1 : 2
  if (calldata.length < SELECTOR + headWords * WORD) throw malformedCalldata('arguments missing')
  const model: ModelId = `0x${bytesToHex(calldata.subarray(SELECTOR, SELECTOR + WORD))}`
  if (method === 'describe' || method === 'admit') return { method, model }
  const argument = span(view, follow(view, SELECTOR, SELECTOR + WORD))
  switch (method) {
    case 'infer':
      return { method, model, x: argument }
    case 'quote': {
      const shapes = spanOffsets(view, argument).map((at) => span(view, at))
      return { method, model, shapes }
    }
    case 'inferTensors': {
      const inputs = spanOffsets(view, argument).map((at) => encodedTensor(calldata, view, at))
      return { method, model, inputs }
    }
  }
}

/**
 * Reads a `uint32[]` whose length the caller already knows to be small.
 * @throws InferenceRevert `MalformedCalldata` for a word with dirty high bits
 */
export function readShape(calldata: Uint8Array, { offset, length }: WordSpan): number[] {
  const view = new DataView(calldata.buffer, calldata.byteOffset, calldata.byteLength)
  return Array.from({ length }, (_, i) => smallUint(view, offset + i * WORD, 4))
}

function encodedTensor(calldata: Uint8Array, view: DataView, at: number): EncodedTensor {
  if (at + 3 * WORD > view.byteLength) throw malformedCalldata('a tensor reaches past the end')
  const shape = span(view, follow(view, at, at + WORD))
  const dataAt = follow(view, at, at + 2 * WORD)
  const length = uint(view, dataAt)
  const start = dataAt + WORD
  if (length > view.byteLength - start) throw malformedCalldata('data reaches past the end')
  return {
    dtype: smallUint(view, at, 1),
    shape,
    data: calldata.subarray(start, start + length),
  }
}

/** The elements of an array of dynamic values: each word is an offset from the array's first word. */
function spanOffsets(view: DataView, array: WordSpan): number[] {
  return Array.from({ length: array.length }, (_, i) =>
    follow(view, array.offset, array.offset + i * WORD),
  )
}

/** An array of words: its length at `at`, its words behind. */
function span(view: DataView, at: number): WordSpan {
  const length = uint(view, at)
  const offset = at + WORD
  if (length * WORD > view.byteLength - offset)
    throw malformedCalldata('an array reaches past the end')
  return { offset, length }
}

/** Follows the offset at `at`, relative to `base`, to a place that holds at least one word. */
function follow(view: DataView, base: number, at: number): number {
  const target = base + uint(view, at)
  if (target + WORD > view.byteLength) throw malformedCalldata('an offset points past the end')
  return target
}

/** An offset or length. Whatever is larger than the calldata itself cannot be valid, and is refused unread. */
function uint(view: DataView, at: number): number {
  return smallUint(view, at, 6)
}

/** A word whose value fits the last `width` bytes; dirty bits above are refused. */
function smallUint(view: DataView, at: number, width: 1 | 4 | 6): number {
  for (let i = 0; i < 24; i += 8) {
    if (view.getBigUint64(at + i) !== 0n) throw malformedCalldata('a number has dirty high bits')
  }
  const high = view.getUint32(at + 24)
  const low = view.getUint32(at + 28)
  const value = high * 2 ** 32 + low
  if (value >= 2 ** (8 * width)) throw malformedCalldata('a number has dirty high bits')
  return value
}
