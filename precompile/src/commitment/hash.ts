import { createHash } from 'node:crypto'
import { bytesToHex, concatBytes, hexToBytes, utf8ToBytes } from '@noble/hashes/utils'
import type { RuntimeId } from '../engines/engine.js'
import type { ModelId } from '../model/model.js'
import type { Tensor } from '../tensor.js'
import { keccak } from './keccak.js'

export type Hex = `0x${string}`

/** keccak256 as 0x-prefixed lower-case hex. */
export function keccak256(bytes: Uint8Array): Hex {
  return `0x${bytesToHex(keccak(bytes))}`
}

/** The 32 bytes behind an id or hash. */
export function toBytes32(hex: Hex): Uint8Array {
  return hexToBytes(hex.slice(2))
}

/** The id of an ONNX file: keccak256 of its bytes. */
export function modelIdOf(bytes: Uint8Array): ModelId {
  return keccak256(bytes)
}

/**
 * Hash of a list of tensors:
 * `keccak256(u32 count ‖ for each: u8 dtype ‖ u32 rank ‖ u32 each dimension ‖ sha256(data))`, integers big-endian,
 * `data` row-major and little-endian. The bytes go through sha256, which machines compute in hardware and contracts
 * through the precompile at address 2; keccak256 of an image takes several times as long.
 * @param tensors - In the graph's order.
 */
export function hashTensors(tensors: readonly Tensor[]): Hex {
  return keccak256(concatBytes(uint32(tensors.length), ...tensors.map(tensorDigest)))
}

/** Hash of a runtime id: keccak256 of its JSON with sorted keys and no spaces, as UTF-8. */
export function hashRuntimeId(runtime: RuntimeId): Hex {
  return keccak256(utf8ToBytes(JSON.stringify(sorted(runtime))))
}

/**
 * Names the result of a run, wherever and whenever it is made: `keccak256(runtime ‖ model ‖ inputs)`.
 * @param runtimeHash - From `hashRuntimeId`.
 * @param inputHash - From `hashTensors`.
 */
export function resultKey(runtimeHash: Hex, model: ModelId, inputHash: Hex): Hex {
  return keccak256(concatBytes(toBytes32(runtimeHash), toBytes32(model), toBytes32(inputHash)))
}

function tensorDigest({ dtype, shape, data }: Tensor): Uint8Array {
  const head = new DataView(new ArrayBuffer(5 + 4 * shape.length))
  head.setUint8(0, dtype)
  head.setUint32(1, shape.length)
  shape.forEach((dimension, i) => {
    head.setUint32(5 + 4 * i, dimension)
  })
  return concatBytes(new Uint8Array(head.buffer), createHash('sha256').update(data).digest())
}

function uint32(value: number): Uint8Array {
  const bytes = new Uint8Array(4)
  new DataView(bytes.buffer).setUint32(0, value)
  return bytes
}

function sorted(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return Object.fromEntries(entries.map(([key, inner]) => [key, sorted(inner)]))
}
